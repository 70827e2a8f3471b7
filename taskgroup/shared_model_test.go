package taskgroup_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// sharedCallModel is one call of a function as the model has it.
type sharedCallModel struct {
	key      string
	waiting  []*sharedCallerModel // its callers, but those that have left
	canceled bool                 // the last one has left, and waits for the end
	ended    bool

	ctx context.Context //nolint:containedctx // the real function's
	end chan sharedEnd  // ends the real function
}

// sharedCallerModel is one caller of Do, and what it must return.
type sharedCallerModel struct {
	real   *sharedDo
	cancel context.CancelCauseFunc
	left   bool // it waits no longer, or only for the end of the function

	returned bool
	v        int
	shared   bool
	errs     []error
	panics   bool
	call     *sharedCallModel
}

// sharedEnd is how a function ends.
type sharedEnd int

const (
	sharedSuccess sharedEnd = iota
	sharedFailure
	sharedPanic
	sharedGoexit
	sharedContextError
	sharedEnds
)

// sharedModel says in plain words what a Shared does.
type sharedModel struct {
	running map[string]*sharedCallModel // which a further caller joins
	calls   []*sharedCallModel          // that have not ended
	callers []*sharedCallerModel
}

// do adds a caller; started says that it has to start a call.
func (m *sharedModel) do(key string, done bool) (caller *sharedCallerModel, started bool) {
	caller = &sharedCallerModel{}
	m.callers = append(m.callers, caller)
	if done {
		caller.left, caller.returned, caller.errs = true, true, []error{context.Canceled, errWhy}
		return caller, false
	}
	call := m.running[key]
	if call == nil {
		call, started = &sharedCallModel{key: key, end: make(chan sharedEnd)}, true
		m.running[key] = call
		m.calls = append(m.calls, call)
	}
	call.waiting = append(call.waiting, caller)
	caller.call = call
	return caller, started
}

// cancel ends the context of a caller.
func (m *sharedModel) cancel(caller *sharedCallerModel) {
	if caller.left || caller.returned {
		return
	}
	call := caller.call
	caller.left, caller.errs = true, []error{context.Canceled, errWhy}
	if len(call.waiting) == 1 {
		call.canceled = true
		m.forget(call)
		return
	}
	call.waiting = slices.DeleteFunc(call.waiting, func(c *sharedCallerModel) bool { return c == caller })
	caller.returned = true
}

func (m *sharedModel) forget(call *sharedCallModel) {
	if m.running[call.key] == call {
		delete(m.running, call.key)
	}
}

// end ends the function of a call, which returns v if it returns something.
func (m *sharedModel) end(call *sharedCallModel, how sharedEnd, v int) {
	call.ended = true
	m.forget(call)
	m.calls = slices.DeleteFunc(m.calls, func(c *sharedCallModel) bool { return c == call })
	for _, caller := range call.waiting {
		caller.returned = true
		caller.shared = len(call.waiting) > 1
		switch how {
		case sharedSuccess:
			caller.v, caller.errs = v, nil
		case sharedFailure:
			caller.errs = append(caller.errs, errOwn)
		case sharedPanic:
			caller.panics = true
		case sharedGoexit:
			caller.errs = append(caller.errs, taskgroup.ErrGoexit)
		case sharedContextError, sharedEnds:
			caller.errs = append(caller.errs, context.Canceled)
		}
	}
}

// function returns what the real Shared calls for that caller: it waits to be
// ended, and must be called if and only if the model has it start the call.
func (c *sharedCallerModel) function(t *testing.T, started bool, log func() []string) taskgroup.Func[int] {
	t.Helper()
	return func(ctx context.Context) (int, error) {
		if !assert.True(t, started, "a further call: %q", log()) {
			return 0, nil
		}
		c.call.ctx = ctx
		switch how := <-c.call.end; how {
		case sharedFailure:
			return 0, errOwn
		case sharedPanic:
			panic(errBoom)
		case sharedGoexit:
			runtime.Goexit()
			return 0, nil
		case sharedContextError:
			return 0, errors.Join(context.Canceled)
		default:
			return int(how-sharedEnds) + 1, nil
		}
	}
}

// check compares.
func (m *sharedModel) check(t *testing.T, s *script) {
	t.Helper()
	synctest.Wait()
	var raised map[*sharedCallModel]any
	for i, c := range m.callers {
		if !assert.Equal(t, c.returned, c.real.returned.Load(), "caller %d: %q", i, s.Log) || !c.returned {
			continue
		}
		if c.panics {
			if raised == nil {
				raised = map[*sharedCallModel]any{}
			}
			if first, ok := raised[c.call]; ok {
				assert.Same(t, first, c.real.panicked, s.Log)
			}
			raised[c.call] = c.real.panicked
			err, _ := c.real.panicked.(error)
			assert.ErrorIs(t, err, errBoom, s.Log)
			continue
		}
		assert.Nil(t, c.real.panicked, s.Log)
		assert.Equal(t, c.v, c.real.v, "caller %d: %q", i, s.Log)
		assert.Equal(t, c.shared && !c.left, c.real.shared, "caller %d: %q", i, s.Log)
		if len(c.errs) == 0 {
			assert.NoError(t, c.real.err, "caller %d: %q", i, s.Log)
		}
		for _, err := range c.errs {
			assert.ErrorIs(t, c.real.err, err, "caller %d: %q", i, s.Log)
		}
	}
	for _, call := range m.calls {
		if assert.NotNil(t, call.ctx, "it has not been called: %q", s.Log) {
			assert.Equal(t, call.canceled, call.ctx.Err() != nil, s.Log)
		}
	}
}

// playShared has a Shared and the model do what the script says.
func playShared(t *testing.T, s *script) {
	t.Helper()
	m := &sharedModel{running: map[string]*sharedCallModel{}}
	var shared taskgroup.Shared[string, int]
	log := func() []string { return s.Log }
	end := func(call *sharedCallModel, how sharedEnd, v int) {
		if how == sharedContextError && !call.canceled {
			how = sharedFailure
		}
		s.Note("end %q by %d with %d", call.key, how, v)
		m.end(call, how, v)
		if how == sharedSuccess {
			how = sharedEnds + sharedEnd(v) - 1
		}
		call.end <- how
		synctest.Wait()
		assert.Error(t, call.ctx.Err(), s.Log)
	}
	for n := 1; len(s.Data) > 0 && !t.Failed(); n++ {
		switch s.Next(8) {
		case 0, 1, 2:
			key, done := strconv.Itoa(s.Next(3)), s.Next(8) == 7
			ctx, cancel := context.WithCancelCause(t.Context())
			if done {
				cancel(errWhy)
			}
			caller, started := m.do(key, done)
			s.Note("caller %d: Do %q, done %v", len(m.callers)-1, key, done)
			caller.cancel = cancel
			caller.real = beginDo(ctx, &shared, key, caller.function(t, started, log))
		case 3, 4:
			if len(m.callers) > 0 {
				i := len(m.callers) - 1 - s.Next(min(len(m.callers), 8))
				s.Note("cancel %d", i)
				m.callers[i].cancel(errWhy)
				m.cancel(m.callers[i])
			}
		case 5, 6:
			if len(m.calls) > 0 {
				end(m.calls[s.Next(len(m.calls))], sharedEnd(s.Next(int(sharedEnds))), n)
			}
		case 7:
			key := strconv.Itoa(s.Next(3))
			s.Note("forget %q", key)
			shared.Forget(key)
			delete(m.running, key)
		}
		m.check(t, s)
	}
	for len(m.calls) > 0 && !t.Failed() {
		end(m.calls[0], sharedSuccess, 1)
		m.check(t, s)
	}
	for _, c := range m.callers {
		c.cancel(nil)
	}
	for _, call := range m.calls { // of a test that has failed
		close(call.end)
	}
}

func TestSharedDoesAsTheModel(t *testing.T) {
	testkit.CaptureLog(t)
	playMany(t, playShared)
}

// A byte string drives a Shared and the model of it.
func FuzzShared(f *testing.F) {
	before := slog.Default()
	f.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.DiscardHandler))
	fuzz(f, playShared)
}
