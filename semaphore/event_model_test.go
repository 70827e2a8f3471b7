package semaphore_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// eventWaiter is a call that waits for an event, in the model and for real.
type eventWaiter struct {
	over   bool
	errs   []error // any of them; none: nil
	cancel context.CancelFunc
	real   *call
}

// handedOut is a channel that Done has returned.
type handedOut struct {
	done   <-chan struct{}
	closed bool
}

// playEvent has an event and a model of it do what the script says, and
// compares after each step which calls wait, and which channels are closed.
func playEvent(t *testing.T, s *script) {
	t.Helper()
	var e semaphore.Event
	isSet := false
	var all, line []*eventWaiter
	var channels []*handedOut
	set := func() {
		for _, w := range line {
			w.over = true
		}
		for _, c := range channels {
			c.closed = true
		}
		isSet, line = true, nil
		e.Set()
	}
	for len(s.Data) > 0 && !t.Failed() {
		op := s.Next(16)
		var waiting *eventWaiter
		if len(line) > 0 {
			waiting = line[s.Next(len(line))]
		}
		switch {
		case op < 5:
			s.Note("wait")
			ctx, cancel := context.WithCancel(t.Context())
			w := &eventWaiter{over: isSet, cancel: cancel}
			if all = append(all, w); !isSet {
				line = append(line, w)
			}
			w.real = begin(func() error { return e.Wait(ctx) })
		case op < 6:
			s.Note("done")
			if err := e.Wait(canceled(t)); isSet {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, context.Canceled)
			}
		case op < 8:
			s.Note("set")
			set()
		case op < 10:
			s.Note("clear")
			isSet = false
			e.Clear()
		case op < 11: // without yielding
			s.Note("set, clear")
			set()
			isSet = false
			e.Clear()
		case op < 12:
			s.Note("Done")
			channels = append(channels, &handedOut{e.Done(), isSet})
		case waiting == nil:
		case op < 14:
			s.Note("cancel one")
			waiting.over, waiting.errs = true, []error{context.Canceled}
			line = slices.DeleteFunc(line, func(w *eventWaiter) bool { return w == waiting })
			waiting.cancel()
		case op < 15: // without yielding
			s.Note("set, cancel one")
			set()
			waiting.cancel()
		default: // without yielding; the other may or may not have given up before
			s.Note("cancel one, set")
			waiting.errs = []error{nil, context.Canceled}
			waiting.cancel()
			set()
		}
		synctest.Wait()
		for i, w := range all {
			if !assert.Equal(t, w.over, w.real.returned, "waiter %d", i) || !w.over {
				continue
			}
			if len(w.errs) == 0 {
				assert.NoError(t, w.real.err, "waiter %d", i)
			} else {
				assertAnyOf(t, w.real.err, w.errs)
			}
		}
		for i, c := range channels {
			assert.Equal(t, c.closed, isClosed(c.done), "channel %d", i)
		}
		assert.Equal(t, isSet, e.IsSet())
		assert.Equal(t, len(line), e.Waiting())
	}
	for _, w := range all {
		w.cancel()
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// assertAnyOf asserts that err is one of those.
func assertAnyOf(t *testing.T, err error, those []error) {
	t.Helper()
	assert.True(t, slices.ContainsFunc(those, func(want error) bool { return errors.Is(err, want) }), "%v", err)
}

// A byte string drives an event and the model of it.
func FuzzEvent(f *testing.F) { fuzz(f, playEvent) }

// E-02, E-03: a call that waits when the event is set returns, however soon it
// is cleared.
func TestEventDoesAsTheModel(t *testing.T) { playMany(t, playEvent) }
