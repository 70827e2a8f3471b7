package semaphore_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// party is a call that waits at a barrier, in the model and for real.
type party struct {
	over   bool
	index  int
	errs   []error // any of them; none: nil
	cancel context.CancelFunc

	real      *call
	realIndex int
}

// barrierModel says in plain words what a Barrier does.
type barrierModel struct {
	parties int
	broken  bool
	line    []*party
}

func (m *barrierModel) arrive(p *party) {
	switch {
	case m.broken:
		p.over, p.index, p.errs = true, -1, []error{semaphore.ErrBroken}
	case len(m.line) == m.parties-1:
		for i, other := range m.line {
			other.over, other.index = true, i
		}
		m.line = nil
		p.over, p.index = true, m.parties-1
	default:
		m.line = append(m.line, p)
	}
}

func (m *barrierModel) end() {
	for _, p := range m.line {
		p.over, p.index, p.errs = true, -1, []error{semaphore.ErrBroken}
	}
	m.line = nil
}

// playBarrier has a barrier and the model do what the script says, and compares
// after each step which calls wait, and with which index or error the others
// have returned.
func playBarrier(t *testing.T, s *script) {
	t.Helper()
	m := &barrierModel{parties: 1 + s.Next(4)}
	b := semaphore.NewBarrier(m.parties)
	s.Note("parties %v", m.parties)
	var all []*party
	arrive := func() *party {
		ctx, cancel := context.WithCancel(t.Context())
		p := &party{cancel: cancel}
		all = append(all, p)
		m.arrive(p)
		p.real = begin(func() (err error) { p.realIndex, err = b.Wait(ctx); return err })
		return p
	}
	abortOrReset := func() {
		if m.end(); s.Next(2) == 0 {
			s.Note("abort")
			m.broken = true
			b.Abort()
		} else {
			s.Note("reset")
			m.broken = false
			b.Reset()
		}
	}
	for len(s.Data) > 0 && !t.Failed() {
		op := s.Next(16)
		var waiting *party
		if len(m.line) > 0 {
			waiting = m.line[s.Next(len(m.line))]
		}
		switch {
		case op < 8:
			s.Note("wait")
			arrive()
		case op < 9:
			s.Note("done")
			index, err := b.Wait(canceled(t))
			assert.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, -1, index)
		case op < 11:
			abortOrReset()
		case waiting == nil:
		case op < 13:
			s.Note("cancel one")
			waiting.over, waiting.index, waiting.errs = true, -1, []error{context.Canceled}
			m.line = slices.DeleteFunc(m.line, func(p *party) bool { return p == waiting })
			waiting.cancel()
		case op < 14: // without yielding; the last to come does not wait
			if len(m.line) < m.parties-1 {
				break
			}
			s.Note("the last comes, cancel one")
			last := &party{real: &call{returned: true}, cancel: func() {}}
			all = append(all, last)
			m.arrive(last)
			last.realIndex, last.real.err = b.Wait(t.Context())
			waiting.cancel()
		default: // without yielding
			s.Note("end, cancel one")
			abortOrReset()
			waiting.errs = append(waiting.errs, context.Canceled)
			waiting.cancel()
		}
		synctest.Wait()
		for i, p := range all {
			if !assert.Equal(t, p.over, p.real.returned, "party %d", i) || !p.over {
				continue
			}
			assert.Equal(t, p.index, p.realIndex, "party %d", i)
			if len(p.errs) == 0 {
				assert.NoError(t, p.real.err, "party %d", i)
			} else {
				assertAnyOf(t, p.real.err, p.errs)
			}
		}
		assert.Equal(t, len(m.line), b.Waiting())
		assert.Equal(t, m.broken, b.Broken())
	}
	for _, p := range all {
		p.cancel()
	}
}

// A byte string drives a barrier and the model of it.
func FuzzBarrier(f *testing.F) { fuzz(f, playBarrier) }

// B-04: whatever happens, each index is given once in a round, and a round that
// has tripped cannot be taken back.
func TestBarrierDoesAsTheModel(t *testing.T) { playMany(t, playBarrier) }
