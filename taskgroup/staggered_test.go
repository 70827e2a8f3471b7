package taskgroup_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// obedient returns a function that ends early when it is canceled.
func obedient(d time.Duration, v int) ownFunc {
	return func(ctx context.Context) (int, error) { return v, taskgroup.Sleep(ctx, d) }
}

// Z-01 to Z-03, P-53: when each function begins, exactly.
func TestStaggeredBegins(t *testing.T) {
	slow := obedient(time.Hour, 0)
	exiting := func(context.Context) (int, error) { time.Sleep(ms); runtime.Goexit(); return 0, nil }
	for name, test := range map[string]struct {
		delay time.Duration
		fns   []ownFunc
		at    []time.Duration
		v     int
	}{
		"the delay is over":         {10 * ms, []ownFunc{obedient(35*ms, 1), slow, slow, slow, slow}, []time.Duration{0, 10 * ms, 20 * ms, 30 * ms}, 1},
		"the last one has failed":   {10 * ms, []ownFunc{slow, after(3*ms, 0, errOwn), after(4*ms, 3, nil)}, []time.Duration{0, 10 * ms, 13 * ms}, 3},
		"not an earlier one":        {10 * ms, []ownFunc{after(12*ms, 0, errOwn), slow, after(ms, 3, nil)}, []time.Duration{0, 10 * ms, 20 * ms}, 3},
		"the delay begins anew":     {10 * ms, []ownFunc{after(6*ms, 0, errOwn), slow, after(ms, 3, nil)}, []time.Duration{0, 6 * ms, 16 * ms}, 3},
		"not after a win":           {10 * ms, []ownFunc{after(9*ms, 1, nil), slow}, []time.Duration{0}, 1},
		"at once":                   {0, []ownFunc{slow, obedient(2*ms, 1), obedient(ms, 2)}, []time.Duration{0, 0, 0}, 2},
		"after failures only":       {-1, []ownFunc{after(20*ms, 0, errOwn), after(30*ms, 2, nil), slow}, []time.Duration{0, 20 * ms}, 2},
		"Goexit is a failure":       {-1, []ownFunc{exiting, after(ms, 2, nil)}, []time.Duration{0, ms}, 2},
		"a cancellation of its own": {-1, []ownFunc{after(ms, 0, context.Canceled), after(ms, 2, nil)}, []time.Duration{0, ms}, 2},
		"no failure is waited on":   {time.Hour, []ownFunc{after(0, 0, errOwn), after(0, 2, nil)}, []time.Duration{0, 0}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var mu sync.Mutex
				var at []time.Duration
				fns := slices.Clone(test.fns)
				for i, fn := range fns {
					fns[i] = func(ctx context.Context) (int, error) {
						mu.Lock()
						at = append(at, time.Since(begun))
						mu.Unlock()
						return fn(ctx)
					}
				}
				v, err := taskgroup.Staggered(t.Context(), test.delay, nil, fns...)
				assert.NoError(t, err)
				assert.Equal(t, test.v, v)
				assert.Equal(t, test.at, at)
			})
		})
	}
}

// P-53: nothing begins once ctx has ended, whatever it waits for.
func TestStaggeredTheContextEnds(t *testing.T) {
	for _, delay := range []time.Duration{time.Hour, -1, 2 * ms} {
		synctest.Test(t, func(t *testing.T) {
			errWhy := errors.New("why")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(ms, func() { cancel(errWhy) })
			called := false
			begun := time.Now()
			_, err := taskgroup.Staggered(ctx, delay, nil, after(3*ms, 0, errOwn), func(context.Context) (int, error) {
				called = true
				return 0, nil
			})
			assert.Equal(t, 3*ms, time.Since(begun))
			assert.False(t, called)
			var ge *taskgroup.GroupError
			if assert.ErrorAs(t, err, &ge) {
				assert.ErrorIs(t, ge.Cause, errWhy)
				assert.Equal(t, []*taskgroup.TaskError{{Index: 0, Err: errOwn}}, publicAll(ge.Errors))
			}
		})
	}
}

// ownGoroutine names the goroutine that calls it.
func ownGoroutine() string {
	b := make([]byte, 64)
	b = b[:runtime.Stack(b, false)]
	return string(bytes.Fields(b)[1])
}

// Z-05, P-49: every value but the winner's goes to discard, in the caller's
// goroutine, before the return.
func TestStaggeredDiscards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller := ownGoroutine()
		var discarded []int
		discard := func(v int) {
			assert.Equal(t, caller, ownGoroutine())
			discarded = append(discarded, v)
		}
		v, err := taskgroup.Staggered(t.Context(), 0, discard, after(3*ms, 3, nil), after(ms, 1, nil), after(2*ms, 2, nil),
			after(2*ms, 4, errOwn), untilCancelled(new(note), 0))
		assert.NoError(t, err)
		assert.Equal(t, 1, v)
		assert.Equal(t, []int{2, 3}, discarded)
	})
}

// Rule 8, P-40: a discard that does not return passes on as it is, and the other
// values are still discarded.
func TestStaggeredDiscardPassesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assertPassesThrough(t, func(body func()) {
			var discarded []int
			defer func() { assert.Equal(t, []int{2, 3, 4}, discarded) }()
			_, _ = taskgroup.Staggered(t.Context(), 0, func(v int) {
				discarded = append(discarded, v)
				if v < 4 {
					body()
				}
			}, after(ms, 1, nil), after(2*ms, 2, nil), after(3*ms, 3, nil), after(4*ms, 4, nil))
		})
	})
}

// A value that is not returned because a panic is raised instead is discarded.
func TestStaggeredPanicDiscardsTheWinner(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		var discarded []int
		pe := ownPanic(t, func() {
			_, _ = taskgroup.Staggered(t.Context(), 0, func(v int) { discarded = append(discarded, v) },
				after(ms, 1, nil), after(2*ms, 2, nil), func(ctx context.Context) (int, error) {
					<-ctx.Done()
					panic("boom")
				})
		})
		assert.Equal(t, "boom", pe.Value)
		assert.Equal(t, []int{1, 2}, discarded)
	})
}

// Rule 3: the delay is over, or ctx ends, in the instant in which a function
// succeeds: it wins, and nothing is lost.
func TestStaggeredTies(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(ms, cancel)
			discarded := 0
			v, err := taskgroup.Staggered(ctx, ms, func(int) { discarded++ }, after(ms, 1, nil), after(0, 2, nil))
			assert.NoError(t, err)
			if v == 1 {
				assert.LessOrEqual(t, discarded, 1)
			} else {
				assert.Equal(t, 1, discarded)
			}
		})
	}
}

// Rule 2: a function that begins only when ctx has ended is not called, and that
// is no failure of it.
func TestStaggeredNotCalled(t *testing.T) {
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		fns := make([]ownFunc, 20)
		for i := range fns {
			fns[i] = func(ctx context.Context) (int, error) { cancel(); return 0, ctx.Err() }
		}
		_, err := taskgroup.Staggered(ctx, 0, nil, fns...)
		ge := groupError(t, err)
		assert.ErrorIs(t, ge.Cause, context.Canceled)
		assert.Empty(t, ge.Errors)
	}
}

// H53: one winner, every other value discarded, under stress.
func TestStaggeredStress(t *testing.T) {
	for range 1000 {
		delay := time.Duration(rand.IntN(3)-1) * 10 * time.Microsecond
		var returned, discarded atomic.Int32
		fns := make([]ownFunc, 5)
		for i := range fns {
			fail := rand.IntN(2) == 0
			fns[i] = func(context.Context) (int, error) {
				if fail {
					return 0, errOwn
				}
				returned.Add(1)
				return 1, nil
			}
		}
		v, err := taskgroup.Staggered(t.Context(), delay, func(int) { discarded.Add(1) }, fns...)
		if err == nil {
			discarded.Add(int32(v))
		}
		assert.Equal(t, returned.Load(), discarded.Load())
	}
}
