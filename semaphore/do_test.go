package semaphore_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

type doer struct {
	do     func(ctx context.Context, fn func(ctx context.Context) error) error
	isFree func() bool
	shared bool // several at the same time
}

func doers() map[string]doer {
	s := semaphore.New(1)
	k := semaphore.NewKeyed[int](1)
	l := new(semaphore.Lock)
	rw := new(semaphore.RWLock)
	free := func() bool { return s.Stats() == semaphore.Stats{Limit: 1, Available: 1} }
	unlocked := func() bool {
		free := rw.TryLock()
		if free {
			rw.Unlock()
		}
		return free
	}
	return map[string]doer{
		"Semaphore": {s.Do, free, false},
		"Keyed": {
			func(ctx context.Context, fn func(ctx context.Context) error) error { return k.Do(ctx, 1, fn) },
			func() bool { return k.Len() == 0 }, false,
		},
		"Lock":       {l.Do, func() bool { return !l.Locked() }, false},
		"RWLock.Do":  {rw.Do, unlocked, false},
		"RWLock.RDo": {rw.RDo, unlocked, true},
		"Use": {
			func(ctx context.Context, fn func(ctx context.Context) error) error {
				if fn == nil {
					_, err := semaphore.Use[int](ctx, s, nil)
					return err
				}
				_, err := semaphore.Use(ctx, s, func(ctx context.Context) (int, error) { return 7, fn(ctx) })
				return err
			},
			free, false,
		},
	}
}

// Rule 8, P-41, P-70: whatever the function does, what was taken is released.
func TestDoReleasesOnEveryWayOut(t *testing.T) {
	for name, d := range doers() {
		for way, out := range waysOut {
			t.Run(name+"/"+way, func(t *testing.T) {
				assertWayOut(t, way, func() error {
					return d.do(t.Context(), func(context.Context) error {
						assert.False(t, d.isFree())
						return out()
					})
				})
				assert.True(t, d.isFree())
			})
		}
	}
}

func TestDoOfNilIsMisuse(t *testing.T) {
	for name, d := range doers() {
		t.Run(name, func(t *testing.T) {
			assertMisuse(t, func() { _ = d.do(t.Context(), nil) })
			assert.True(t, d.isFree())
		})
	}
}

// Rules 2 and 4: with a context that is done, Do returns its error and calls
// nothing.
func TestDoWithADoneContextDoesNotCall(t *testing.T) {
	for name, d := range doers() {
		t.Run(name, func(t *testing.T) {
			ctx := canceled(t)
			assertContextError(t, ctx, d.do(ctx, func(context.Context) error {
				t.Error("called")
				return nil
			}))
			assert.True(t, d.isFree())
		})
	}
}

// Do waits its turn, and is not called when its context ends while it waits.
func TestDoWaits(t *testing.T) {
	for name, d := range doers() {
		if d.shared {
			continue // see TestRDoWaits
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := doers()[name]
				start := time.Now()
				hold := func(context.Context) error {
					time.Sleep(time.Minute)
					return nil
				}
				first := begin(func() error { return d.do(t.Context(), hold) })
				second := begin(func() error { return d.do(t.Context(), hold) })
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				assertContextError(t, ctx, d.do(ctx, func(context.Context) error { panic("called") }))
				time.Sleep(2 * time.Minute)
				first.assertReturned(t, nil)
				second.assertReturned(t, nil)
				assert.Equal(t, 2*time.Minute+time.Second, time.Since(start))
				assert.True(t, d.isFree())
			})
		})
	}
}

type ctxKey struct{}

// Rule 1: the context that the function gets derives from the caller's and ends
// with the function, on every way out.
func TestDoGivesAContextThatEnds(t *testing.T) {
	for name, d := range doers() {
		for way, out := range waysOut {
			for _, look := range []bool{true, false} {
				t.Run(name+"/"+way, func(t *testing.T) {
					parent, cancel := context.WithTimeout(context.WithValue(t.Context(), ctxKey{}, 7), time.Hour)
					defer cancel()
					var ctx context.Context
					_, _, _ = testkit.Leave(func() error {
						return d.do(parent, func(c context.Context) error {
							ctx = c //nolint:fatcontext // to look at it afterwards
							assert.Equal(t, 7, ctx.Value(ctxKey{}))
							want, _ := parent.Deadline()
							got, ok := ctx.Deadline()
							assert.True(t, ok)
							assert.Equal(t, want, got)
							if look {
								assert.NoError(t, context.Cause(ctx))
								assert.NoError(t, ctx.Err())
								select {
								case <-ctx.Done():
									t.Error("done")
								default:
								}
								assert.Equal(t, 7, ctx.Value(ctxKey{}))
								assert.NoError(t, ctx.Err())
							}
							return out()
						})
					})
					assert.Equal(t, context.Canceled, ctx.Err())
					assert.Equal(t, context.Canceled, context.Cause(ctx))
					<-ctx.Done()
					assert.NoError(t, parent.Err())
					cancel()
					assert.Equal(t, context.Canceled, ctx.Err())
				})
			}
		}
	}
}

// The function sees the end of the caller's context, and its cause.
func TestDoGivesAContextThatEndsWithTheCallers(t *testing.T) {
	s := semaphore.New(1)
	for _, look := range []bool{true, false} {
		parent, cancel := context.WithCancelCause(t.Context())
		assert.NoError(t, s.Do(parent, func(ctx context.Context) error {
			if look {
				derived, stop := context.WithCancel(ctx)
				defer stop()
				cancel(errWhy)
				<-derived.Done()
				assert.Equal(t, errWhy, context.Cause(derived))
			}
			cancel(errWhy)
			<-ctx.Done()
			assert.Equal(t, context.Canceled, ctx.Err())
			assert.Equal(t, errWhy, context.Cause(ctx))
			return nil
		}))
	}
}

// What derives from the context needs no goroutine to see its end.
func TestDoGivesAContextThatIsCheapToDeriveFrom(t *testing.T) {
	s := semaphore.New(1)
	assert.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		before := runtime.NumGoroutine()
		for range 100 {
			_, cancel := context.WithCancel(ctx)
			defer cancel()
		}
		assert.LessOrEqual(t, runtime.NumGoroutine(), before)
		return nil
	}))
}

// Two calls of Done at the same time return the same channel, and nothing is
// left of the other: a goroutine that still waited for the parent, which never
// ends, would fail the bubble.
func TestDoContextHasOneDoneChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		parent := &testkit.Context{Channel: make(chan struct{}), OnValue: testkit.NoValues}
		var first, second <-chan struct{}
		assert.NoError(t, s.Do(parent, func(ctx context.Context) error {
			parent.OnDone = func() <-chan struct{} { // in the middle of the call below
				parent.OnDone = nil
				first = ctx.Done()
				return parent.Done()
			}
			second = ctx.Done()
			return nil
		}))
		assert.Equal(t, first, second)
		<-first
	})
}

// Many goroutines may look at the context at the same time, also while it ends,
// and all see the same.
func TestDoContextIsSafeForConcurrentUse(t *testing.T) {
	s := semaphore.New(1)
	parent := context.WithValue(t.Context(), ctxKey{}, 7)
	for range 100 {
		var done [4]<-chan struct{}
		var wg sync.WaitGroup
		_ = s.Do(parent, func(ctx context.Context) error {
			for i := range done {
				wg.Go(func() {
					if err := ctx.Err(); err != nil {
						assert.Equal(t, context.Canceled, err)
					}
					assert.Equal(t, 7, ctx.Value(ctxKey{}))
					done[i] = ctx.Done()
					<-done[i]
					assert.Equal(t, context.Canceled, ctx.Err())
					assert.Equal(t, context.Canceled, context.Cause(ctx))
				})
			}
			return nil
		})
		wg.Wait()
		for _, other := range done {
			assert.Equal(t, done[0], other)
		}
	}
}
