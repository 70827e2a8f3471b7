package taskgroup_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// races are Race and FirstSuccess.
var races = map[string]func(ctx context.Context, fns ...ownFunc) (int, error){
	"Race":         taskgroup.Race[int],
	"FirstSuccess": taskgroup.FirstSuccess[int],
	"Staggered": func(ctx context.Context, fns ...ownFunc) (int, error) {
		return taskgroup.Staggered(ctx, 0, nil, fns...)
	},
}

// Z-05, P-47: the first one wins, the others are canceled and joined, and
// neither their values nor their failures matter.
func TestRaceHasAWinner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			var cause note
			begun := time.Now()
			v, err := race(t.Context(), untilCancelled(&cause, 5*ms), after(ms, 7, nil), after(3*ms, 8, nil), after(4*ms, 0, errOwn))
			assert.NoError(t, err)
			assert.Equal(t, 7, v)
			assert.Equal(t, context.Canceled, cause.get())
			assert.Equal(t, 6*ms, time.Since(begun), "joined")
			assert.NoError(t, t.Context().Err())
		}
	})
}

// Z-06: for Race, the first to end decides, also if it has failed; its failure
// comes first, then the real ones of the others.
func TestRaceTheFirstToEndMayHaveFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errLate := errors.New("late")
		v, err := taskgroup.Race(t.Context(), after(2*ms, 1, errLate), after(ms, 2, errOwn), after(3*ms, 3, nil), untilCancelled(new(note), 0))
		assert.Zero(t, v)
		assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{{Index: 1, Err: errOwn}, {Index: 0, Err: errLate}}}, public(err))
	})
}

// Z-06: for FirstSuccess a failure decides nothing.
func TestFirstSuccessOutlivesFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, err := taskgroup.FirstSuccess(t.Context(), after(ms, 1, errOwn), after(2*ms, 2, context.Canceled), after(3*ms, 3, nil))
		assert.NoError(t, err)
		assert.Equal(t, 3, v)
	})
}

// Z-04, P-48: if all fail, every failure is in the error: the first in time
// first, then in the order of the arguments.
func TestFirstSuccessAllFail(t *testing.T) {
	for _, name := range []string{"FirstSuccess", "Staggered"} {
		synctest.Test(t, func(t *testing.T) {
			v, err := races[name](t.Context(), after(3*ms, 1, errors.New("a")), after(2*ms, 2, errors.New("b")), after(ms, 3, errors.New("c")))
			assert.Zero(t, v)
			assert.Equal(t, &taskgroup.GroupError{Errors: []*taskgroup.TaskError{
				{Index: 2, Err: errors.New("c")}, {Index: 0, Err: errors.New("a")}, {Index: 1, Err: errors.New("b")},
			}}, public(err))
		})
	}
}

// P-6, Z-04: of nothing, ErrNoTasks, whatever ctx says.
func TestRaceOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			for _, ctx := range []context.Context{t.Context(), ended} {
				_, err := race(ctx)
				assert.ErrorIs(t, err, taskgroup.ErrNoTasks)
			}
		}
	})
}

// P-48: if ctx ends first, that is the error's cause, and real failures are
// kept.
func TestRaceTheContextEndsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			errWhy := errors.New("why")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(ms, func() { cancel(errWhy) })
			v, err := race(ctx, untilCancelled(new(note), 0), after(2*ms, 0, errOwn))
			assert.Zero(t, v)
			var ge *taskgroup.GroupError
			if assert.ErrorAs(t, err, &ge) {
				assert.ErrorIs(t, ge.Cause, errWhy)
				assert.ErrorIs(t, ge.Cause, context.Canceled)
				assert.Equal(t, []*taskgroup.TaskError{{Index: 1, Err: errOwn}}, publicAll(ge.Errors))
			}
		}
	})
}

// Rule 5: one that succeeds in spite of the end of ctx wins; for Race it has to
// be the first to end.
func TestRaceDeliversInSpiteOfCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(ms, cancel)
			v, err := race(ctx, after(2*ms, 7, nil))
			assert.NoError(t, err)
			assert.Equal(t, 7, v)

			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(ms, cancel)
			v, err = race(ctx, untilCancelled(new(note), 0), after(2*ms, 7, nil))
			if name == "Race" {
				ge := groupError(t, err)
				assert.Empty(t, ge.Errors)
				assert.ErrorIs(t, ge.Cause, context.Canceled)
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, 7, v)
		}
	})
}

// Rule 8: a loser that panics is raised, though there is a winner.
func TestRaceALoserPanics(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			pe := ownPanic(t, func() {
				_, _ = race(t.Context(), after(ms, 7, nil), func(ctx context.Context) (int, error) {
					<-ctx.Done()
					panic(errOwn)
				})
			})
			assert.Equal(t, errOwn, pe.Value)
		}
	})
}

// Rule 3, P-49, H53: two that end at once, in both orders, and a success at once
// with the end of ctx.
func TestRaceTies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, race := range races {
			t.Log(name)
			for _, order := range [][2]int{{0, 1}, {1, 0}} {
				ctx, cancel := context.WithCancel(t.Context())
				gates := []chan struct{}{make(chan struct{}), make(chan struct{})}
				var ended atomic.Int32
				wait := func(i int) ownFunc {
					return func(context.Context) (int, error) { <-gates[i]; ended.Add(1); return i + 1, nil }
				}
				go func() {
					synctest.Wait()
					close(gates[order[0]])
					close(gates[order[1]])
				}()
				v, err := race(ctx, wait(0), wait(1))
				assert.NoError(t, err)
				assert.Contains(t, []int{1, 2}, v)
				assert.EqualValues(t, 2, ended.Load())
				cancel()

				ctx, cancel = context.WithCancel(t.Context())
				gate := make(chan struct{})
				tie := []func(){cancel, func() { close(gate) }}
				go func() {
					synctest.Wait()
					tie[order[0]]()
					tie[order[1]]()
				}()
				v, err = race(ctx, func(context.Context) (int, error) { <-gate; return 7, nil })
				assert.NoError(t, err)
				assert.Equal(t, 7, v)
			}
		}
	})
}

// H53: exactly one winner, under stress, and the value is its own.
func TestRaceStress(t *testing.T) {
	for name, race := range races {
		t.Run(name, func(t *testing.T) {
			for range 2000 {
				fns := make([]ownFunc, 4)
				for i := range fns {
					fns[i] = func(context.Context) (int, error) { return i + 1, nil }
				}
				v, err := race(t.Context(), fns...)
				assert.NoError(t, err)
				assert.Contains(t, []int{1, 2, 3, 4}, v)
			}
		})
	}
}
