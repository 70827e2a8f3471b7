package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

type ownFunc = taskgroup.Func[int]

// ownCall is one of the calls that own functions, in the shape that they have
// in common: it calls all functions, and answers how it ends.
type ownCall struct {
	name string
	call func(ctx context.Context, fns ...ownFunc) error
	kind ownKind
}

type ownKind int

const (
	failing  ownKind = iota // the first failure ends it
	racing                  // so does the first to end in another way
	patient                 // the first success ends it
	settling                // nothing ends it; a panic is a failure
	yielding                // nothing but a panic ends it
)

// ownCalls are all of them.
var ownCalls = []ownCall{
	{"Gather", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Gather(ctx, fns...)
		return err
	}, failing},
	{"Gather2", func(ctx context.Context, fns ...ownFunc) error {
		fns = append(fns, ownNothing)
		_, _, err := taskgroup.Gather2(ctx, fns[0], fns[1])
		return err
	}, failing},
	{"Gather3", func(ctx context.Context, fns ...ownFunc) error {
		fns = append(fns, ownNothing, ownNothing)
		_, _, _, err := taskgroup.Gather3(ctx, fns[0], fns[1], fns[2])
		return err
	}, failing},
	{"Settle", func(ctx context.Context, fns ...ownFunc) error {
		return resultErrors(slices.Values(taskgroup.Settle(ctx, fns...)))
	}, settling},
	{"Map", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Map(ctx, taskgroup.NoLimit, fns, callItem)
		return err
	}, failing},
	{"Map with a limit", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Map(ctx, len(fns), append(fns, ownNothing), callItem)
		return err
	}, failing},
	{"Race", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Race(ctx, fns...)
		return err
	}, racing},
	{"FirstSuccess", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.FirstSuccess(ctx, fns...)
		return err
	}, patient},
	{"Staggered at once", func(ctx context.Context, fns ...ownFunc) error {
		_, err := taskgroup.Staggered(ctx, 0, nil, fns...)
		return err
	}, patient},
	{"AsCompleted", func(ctx context.Context, fns ...ownFunc) error {
		return resultErrors(taskgroup.AsCompleted(ctx, fns...))
	}, yielding},
	{"MapSeq", func(ctx context.Context, fns ...ownFunc) error {
		return pairErrors(taskgroup.MapSeq(ctx, len(fns), slices.Values(fns), callItem))
	}, failing},
	{"MapUnordered", func(ctx context.Context, fns ...ownFunc) error {
		return pairErrors(taskgroup.MapUnordered(ctx, len(fns)+1, slices.Values(fns), callItem))
	}, failing},
	{"ForEach", func(ctx context.Context, fns ...ownFunc) error {
		return taskgroup.ForEach(ctx, len(fns), slices.Values(fns), callItemErr)
	}, failing},
	{"Consume", func(ctx context.Context, fns ...ownFunc) error {
		return taskgroup.Consume(ctx, len(fns)+1, func(context.Context) iter.Seq[ownFunc] { return slices.Values(fns) }, callItemErr)
	}, failing},
	{"SettleMap", func(ctx context.Context, fns ...ownFunc) error {
		return resultErrors(slices.Values(taskgroup.SettleMap(ctx, taskgroup.NoLimit, fns, callItem)))
	}, settling},
}

func ownNothing(context.Context) (int, error) { return 0, nil }

// callItem makes functions the items of a Map.
func callItem(ctx context.Context, fn ownFunc) (int, error) { return fn(ctx) }

func callItemErr(ctx context.Context, fn ownFunc) error {
	_, err := fn(ctx)
	return err
}

// resultErrors joins the errors of results.
func resultErrors(results iter.Seq[taskgroup.Result[int]]) error {
	var errs []error
	for r := range results {
		errs = append(errs, r.Err)
	}
	return errors.Join(errs...)
}

// pairErrors joins the errors of pairs.
func pairErrors(pairs iter.Seq2[int, error]) error {
	var errs []error
	for _, err := range pairs {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ownCallsOf returns the calls of the given kinds, or else all of them.
func ownCallsOf(kinds ...ownKind) []ownCall {
	if len(kinds) == 0 {
		return ownCalls
	}
	return slices.DeleteFunc(slices.Clone(ownCalls), func(c ownCall) bool { return !slices.Contains(kinds, c.kind) })
}

// note is an error that several functions take note of.
type note struct {
	mu  sync.Mutex
	err error
}

func (n *note) set(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

func (n *note) get() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}

// untilCancelled returns a function that waits until it is canceled, takes a
// while to clean up, and tells of the cause.
func untilCancelled(cause *note, cleanUp time.Duration) ownFunc {
	return func(ctx context.Context) (int, error) {
		<-ctx.Done()
		cause.set(context.Cause(ctx))
		time.Sleep(cleanUp)
		return 0, ctx.Err()
	}
}

// after returns a function that does not look at its context.
func after(d time.Duration, v int, err error) ownFunc {
	return func(context.Context) (int, error) {
		time.Sleep(d)
		return v, err
	}
}

// Rule 1, G-03, G-07, P-15, H40: the first failure cancels the others, with
// itself as the cause, whichever it is, and they are joined.
func TestOwnFailureCancelsAndJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing) {
			t.Log(c.name)
			for bad := range 2 {
				var cause note
				fns := []ownFunc{untilCancelled(&cause, 5*ms), untilCancelled(&cause, 5*ms)}
				fns[bad] = after(ms, 0, errOwn)
				begun := time.Now()
				err := c.call(t.Context(), fns...)
				assert.ErrorIs(t, err, errOwn)
				assert.NotErrorIs(t, err, context.Canceled, "the echo of the cancellation is not a failure")
				assert.Equal(t, &taskgroup.TaskError{Index: bad, Err: errOwn}, public(cause.get()), "the cause names the function")
				assert.Equal(t, 6*ms, time.Since(begun), "joined")
				var te *taskgroup.TaskError
				if assert.ErrorAs(t, err, &te) {
					assert.Equal(t, bad, te.Index)
					assert.Equal(t, errOwn, te.Err)
				}
			}
		}
	})
}

// Rule 8, P-34 to P-37: a panic is reported at once, cancels the others at once,
// and is raised again in the caller when they have ended, with the function's
// own stack.
func TestOwnPanicIsRaised(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing, patient, yielding) {
			t.Log(c.name)
			for _, value := range []any{errOwn, "boom", nil, (*taskgroup.PanicError)(nil)} {
				for bad := range 2 {
					before := log.String()
					var cause note
					fns := []ownFunc{untilCancelled(&cause, 5*ms), untilCancelled(&cause, 5*ms)}
					fns[bad] = func(context.Context) (int, error) { time.Sleep(ms); panicking(value); return 0, nil }
					go func() {
						time.Sleep(3 * ms) // the other one still cleans up
						assert.Contains(t, strings.TrimPrefix(log.String(), before), "taskgroup_test.panicking", "reported at once, with the stack")
					}()
					begun := time.Now()
					pe := ownPanic(t, func() { _ = c.call(t.Context(), fns...) })
					require.NotNil(t, pe)
					assert.Equal(t, 6*ms, time.Since(begun), "joined")
					assert.Equal(t, 1, strings.Count(strings.TrimPrefix(log.String(), before), "level=ERROR"), "reported once")
					if value == nil {
						assert.IsType(t, &runtime.PanicNilError{}, pe.Value)
					} else {
						assert.Equal(t, value, pe.Value)
					}
					if err, ok := value.(error); ok {
						assert.ErrorIs(t, pe, err)
					}
					assert.ErrorAs(t, cause.get(), new(*taskgroup.PanicError), "the cause for the others")
					assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking", "the function's own stack")
					assert.Regexp(t, fmt.Sprintf(`^[A-Z]\w+\[%d\]$`, bad), pe.Task.Name)
					assert.Zero(t, pe.Task.ID)
					assert.NoError(t, pe.Others)
				}
			}
		}
	})
}

// ownPanic returns the panic that f is left by.
func ownPanic(t *testing.T, f func()) (pe *taskgroup.PanicError) {
	t.Helper()
	defer func() {
		t.Helper()
		v := recover()
		var ok bool
		pe, ok = v.(*taskgroup.PanicError)
		assert.Truef(t, ok, "not a *PanicError: %v", v)
	}()
	f()
	return nil
}

// Rule 8: Settle and its like give a panic as an error, cancel nothing, and
// report it all the same.
func TestOwnPanicIsSettled(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(settling) {
			t.Log(c.name)
			before := log.String()
			ended := false
			err := c.call(t.Context(),
				func(context.Context) (int, error) { panicking("boom"); return 0, nil },
				func(ctx context.Context) (int, error) {
					time.Sleep(ms)
					ended = ctx.Err() == nil
					return 0, nil
				})
			var pe *taskgroup.PanicError
			require.ErrorAs(t, err, &pe)
			assert.Equal(t, "boom", pe.Value)
			assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
			assert.True(t, ended)
			assert.Equal(t, 1, strings.Count(strings.TrimPrefix(log.String(), before), "level=ERROR"))
		}
	})
}

// Rule 8: a panic is raised with the other failures, the end of the caller's
// context included, under Others.
func TestOwnPanicKeepsOtherFailures(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing, patient, yielding) {
			t.Log(c.name)
			ctx, cancel := context.WithCancelCause(t.Context())
			errWhy := errors.New("why")
			pe := ownPanic(t, func() {
				_ = c.call(ctx,
					func(context.Context) (int, error) { time.Sleep(ms); panic("boom") },
					func(ctx context.Context) (int, error) {
						<-ctx.Done()
						cancel(errWhy)
						return 0, errOwn
					})
			})
			require.NotNil(t, pe)
			var ge *taskgroup.GroupError
			require.ErrorAs(t, pe.Others, &ge)
			assert.ErrorIs(t, ge.Cause, errWhy)
			assert.ErrorIs(t, ge.Cause, context.Canceled)
			if c.kind != yielding {
				assert.Equal(t, []*taskgroup.TaskError{{Index: 1, Err: errOwn}}, publicAll(ge.Errors))
			}
			assert.NotErrorIs(t, ge, pe)
		}
	})
}

// Rule 8: of several panics the first is raised, with the others under it.
func TestOwnSecondPanicIsKept(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing, patient, yielding) {
			t.Log(c.name)
			pe := ownPanic(t, func() {
				_ = c.call(t.Context(),
					func(context.Context) (int, error) { time.Sleep(ms); panic("first") },
					func(ctx context.Context) (int, error) { <-ctx.Done(); panic("second") })
			})
			require.NotNil(t, pe)
			assert.Equal(t, "first", pe.Value)
			indexes, errs := failed(pe.Others)
			assert.Equal(t, []int{1}, indexes)
			second, ok := errs[0].(*taskgroup.PanicError)
			require.True(t, ok)
			assert.Equal(t, "second", second.Value)
		}
	})
}

// Rule 8: a panic that crosses a second join is reported once, and is the same
// for code that looks at it.
func TestOwnPanicCrosses(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing, patient, yielding) {
			t.Log(c.name)
			before := log.String()
			pe := ownPanic(t, func() {
				_ = c.call(t.Context(), func(ctx context.Context) (int, error) {
					return 0, c.call(ctx, func(context.Context) (int, error) { panicking(errOwn); return 0, nil })
				})
			})
			require.NotNil(t, pe)
			assert.Equal(t, errOwn, pe.Value)
			assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
			assert.Equal(t, 1, strings.Count(strings.TrimPrefix(log.String(), before), "level=ERROR"))
		}
	})
}

// ownExits are the ways in which a function can end its goroutine.
var ownExits = map[string]func(){
	"Goexit":                  runtime.Goexit,
	"FailNow":                 func() { new(testing.T).FailNow() },
	"Goexit while it panics":  func() { defer runtime.Goexit(); panic("lost") },
	"Goexit in its deferred":  func() { defer runtime.Goexit() },
	"Goexit, which panics":    func() { defer func() { panic(errOwn) }(); runtime.Goexit() },
	"Goexit, a panic dropped": func() { defer func() { _ = recover() }(); defer func() { panic("lost") }(); runtime.Goexit() },
}

// Rule 8, P-42, K-13: a function that ends its goroutine has failed with
// ErrGoexit, and nothing hangs. If it panics on the way, that is what it ended
// with.
func TestOwnGoexit(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			for name, exit := range ownExits {
				exits := func(ctx context.Context) (int, error) { time.Sleep(ms); exit(); return ownNothing(ctx) }
				call := func() error { return c.call(t.Context(), exits, exits) }
				if name == "Goexit, which panics" {
					if c.kind == settling {
						assert.ErrorAs(t, call(), new(*taskgroup.PanicError), name)
					} else {
						_ = ownPanic(t, func() { _ = call() })
					}
					continue
				}
				assert.ErrorIs(t, call(), taskgroup.ErrGoexit, name)
			}
		}
	})
}

// Rules 2 and 7: if ctx is done already, no function is called, and the error is
// rule 4's.
func TestOwnDoneContext(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(errWhy)
			called := false
			fn := func(context.Context) (int, error) { called = true; return 0, nil }
			err := c.call(ctx, fn, fn)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, errWhy)
			assert.False(t, called)
		}
	})
}

// G-14, rule 4: the end of ctx cancels the functions with its cause, joins them,
// and is the error; an echo of it is not a failure.
func TestOwnContextEnds(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			for name, echo := range echoes {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(ms, func() { cancel(errWhy) })
				ended := 0
				fn := func(ctx context.Context) (int, error) {
					<-ctx.Done()
					assert.Equal(t, errWhy, context.Cause(ctx))
					ended++
					time.Sleep(5 * ms)
					return 0, echo(ctx)
				}
				begun := time.Now()
				err := c.call(ctx, fn)
				assert.Equal(t, 1, ended)
				assert.Equal(t, 6*ms, time.Since(begun))
				if c.kind == settling || c.kind == yielding {
					assert.Error(t, err, name) // as it is
					continue
				}
				assert.ErrorIs(t, err, context.Canceled, name)
				assert.ErrorIs(t, err, errWhy, name)
				var te *taskgroup.TaskError
				assert.NotErrorAs(t, err, &te, name)
			}
		}
	})
}

// G-09, P-5: a failure in the cleaning up after the end of ctx is kept beside it.
func TestOwnFailureAfterTheContextsEnd(t *testing.T) {
	errWhy := errors.New("why")
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf(failing, racing, patient) {
			t.Log(c.name)
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(ms, func() { cancel(errWhy) })
			err := c.call(ctx, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, errOwn
			})
			assert.ErrorIs(t, err, errOwn)
			if !strings.HasPrefix(c.name, "MapSeq") && !strings.HasPrefix(c.name, "MapUnordered") {
				assert.ErrorIs(t, err, errWhy)
			}
		}
	})
}

// G-06: a function that returns [context.Canceled] while nothing is canceled has
// failed like any other.
func TestOwnCancellationIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			err := c.call(t.Context(), after(ms, 0, context.Canceled))
			var te *taskgroup.TaskError
			if assert.ErrorIs(t, err, context.Canceled); c.kind != settling && c.kind != yielding {
				assert.ErrorAs(t, err, &te)
			}
		}
	})
}

// Rule 9, G-11, H41: a nil function is misuse, found before any is called.
func TestOwnNilFunction(t *testing.T) {
	called := false
	fn := func(ctx context.Context) (int, error) { called = true; return ownNothing(ctx) }
	for _, c := range ownCalls {
		if !strings.Contains(c.name, "Map") && c.name != "ForEach" && c.name != "Consume" {
			assertMisuse(t, func() { _ = c.call(t.Context(), fn, nil) })
		}
	}
	assert.False(t, called)
}

// Rule 1: the functions' context ends with the call.
func TestOwnContextEndsWithTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			for _, want := range []error{nil, errOwn} {
				var ended func() error
				err := c.call(t.Context(), func(ctx context.Context) (int, error) {
					ended = ctx.Err
					return 0, errors.Join(ctx.Err(), want)
				})
				assert.ErrorIs(t, err, want)
				assert.ErrorIs(t, ended(), context.Canceled)
				assert.NoError(t, t.Context().Err())
			}
		}
	})
}

// The functions belong to the task that calls.
func TestOwnCurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			task := taskgroup.Start(t.Context(), taskgroup.NoValue(func(ctx context.Context) error {
				return c.call(ctx, func(ctx context.Context) (int, error) {
					info, ok := taskgroup.Current(ctx)
					assert.True(t, ok)
					assert.Equal(t, "caller", info.Name)
					return 0, nil
				})
			}), taskgroup.Named("caller"))
			_, err := task.Wait(t.Context())
			assert.NoError(t, err)
		}
	})
}

// Rule 12, P-33: the call happens before the functions, their ends before its
// return. For the race detector.
func TestOwnHappensBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range ownCallsOf() {
			t.Log(c.name)
			before, during := 0, 0
			before++
			_ = c.call(t.Context(), func(context.Context) (int, error) {
				during = before
				return 0, nil
			})
			assert.Equal(t, 1, during)
			during++
		}
	})
}

// P-15, rule 1: no function is still running after the call, whatever they do,
// on any number of cores.
func TestOwnStress(t *testing.T) {
	testkit.CaptureLog(t)
	for _, c := range ownCalls {
		t.Run(c.name, func(t *testing.T) {
			for round := range 300 {
				ctx, cancel := context.WithCancel(t.Context())
				var running atomic.Int32
				fn := func(ctx context.Context) (int, error) {
					running.Add(1)
					defer running.Add(-1)
					switch round % 6 {
					case 0:
						return 0, errOwn
					case 1:
						panic(errOwn)
					case 2:
						runtime.Goexit()
					case 3:
						<-ctx.Done()
						return 0, ctx.Err()
					case 4:
						runtime.Gosched()
					}
					return 1, nil
				}
				if round%6 == 3 {
					go cancel()
				}
				func() {
					defer func() { _ = recover() }()
					_ = c.call(ctx, fn, fn)
				}()
				assert.Zero(t, running.Load())
				cancel()
			}
		})
	}
}
