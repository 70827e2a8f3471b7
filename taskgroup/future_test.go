package taskgroup_test

import (
	"context"
	"errors"
	"runtime"
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

var errFuture = errors.New("rejected")

// K-19, K-08: the first call decides, every call that waits gets the same, and
// may ask again.
func TestFutureFirstCallDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := taskgroup.NewFuture[int]()
		var got sync.WaitGroup
		for range 5 {
			got.Go(func() {
				v, err := f.Wait(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
			})
			got.Go(func() {
				v, err := f.Wait(context.Background())
				assert.NoError(t, err)
				assert.Equal(t, 42, v)
			})
		}
		synctest.Wait()
		assert.True(t, f.Resolve(42))
		assert.False(t, f.Resolve(43))
		assert.False(t, f.Reject(errFuture))
		got.Wait()
		v, err := f.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

func TestFutureRejected(t *testing.T) {
	var f taskgroup.Future[string] // the zero value is ready to use
	assert.True(t, f.Reject(errFuture))
	assert.False(t, f.Resolve("late"))
	v, err := f.Result()
	assert.Empty(t, v)
	assert.Same(t, errFuture, err)
	assert.Same(t, errFuture, f.Err())
	_, err = f.Wait(t.Context())
	assert.Same(t, errFuture, err)
}

// K-07: Result and Err never wait.
func TestFutureBeforeItsEnd(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	_, err := f.Result()
	assert.ErrorIs(t, err, taskgroup.ErrNotDone)
	assert.ErrorIs(t, f.Err(), taskgroup.ErrNotDone)
	select {
	case <-f.Done():
		assert.Fail(t, "Done is closed before the end")
	default:
	}
	f.Resolve(0)
	<-f.Done()
	assert.NoError(t, f.Err())
}

// Successive calls of Done return one channel, also across the end.
func TestFutureDoneIsOneChannel(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	before := f.Done()
	f.Resolve(1)
	assert.Equal(t, before, f.Done())
}

// Rule 9: Reject(nil) panics.
func TestFutureRejectNilIsMisuse(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	assertMisuse(t, func() { f.Reject(nil) })
	assert.ErrorIs(t, f.Err(), taskgroup.ErrNotDone, "it was left as it was")
	assert.True(t, f.Resolve(1))
	assertMisuse(t, func() { f.Reject(nil) })
}

// S-01, P-30, rule 4: ctx ends the waiting alone, with both of its errors.
func TestFutureWaitGivesUpOnlyTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := taskgroup.NewFuture[int]()
		why := errors.New("why")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, why)
		defer cancel()
		_, err := f.Wait(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, why)
		assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		f.Resolve(42)
		v, err := f.Wait(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, 42, v)
	})
}

// Rule 2: what has happened is reported whatever the context says, and a done
// context ends the wait for what has not.
func TestFutureWaitWithDoneContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := taskgroup.NewFuture[int]()
	_, err := f.Wait(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	f.Resolve(42)
	v, err := f.Wait(ctx)
	assert.NoError(t, err)
	assert.Equal(t, 42, v)
}

// Rule 3: a future that ended before the context did is never reported as a
// wait that was given up. In the other order the waiter may be quick enough to
// leave, but then with the context's error and nothing else.
func TestFutureWaitTie(t *testing.T) {
	for _, endFirst := range []bool{true, false} {
		for range 200 {
			synctest.Test(t, func(t *testing.T) {
				f := taskgroup.NewFuture[int]()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					v, err := f.Wait(ctx)
					if !endFirst && err != nil {
						assert.ErrorIs(t, err, context.Canceled)
						return
					}
					assert.NoError(t, err)
					assert.Equal(t, 42, v)
				}()
				synctest.Wait()
				if endFirst {
					f.Resolve(42)
					cancel()
				} else {
					cancel()
					f.Resolve(42)
				}
			})
		}
	}
}

// Rule 10: a future is not tied to the bubble of who waits for it.
func TestFutureAcrossBubbles(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := f.Wait(ctx)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer close(done)
		v, err := f.Wait(ctx)
		assert.NoError(t, err)
		assert.Equal(t, 1, v)
	}()
	f.Resolve(1)
	<-done
}

// Rule 12: what was written before Resolve is seen after every way to learn of
// the end.
func TestFutureHappensBefore(t *testing.T) {
	for range 200 {
		f := taskgroup.NewFuture[int]()
		var plain int
		var seen sync.WaitGroup
		seen.Go(func() { _, _ = f.Wait(context.Background()); assert.Equal(t, 1, plain) })
		seen.Go(func() { _, _ = f.Wait(t.Context()); assert.Equal(t, 1, plain) })
		seen.Go(func() { <-f.Done(); assert.Equal(t, 1, plain) })
		seen.Go(func() {
			for errors.Is(f.Err(), taskgroup.ErrNotDone) {
				runtime.Gosched()
			}
			assert.Equal(t, 1, plain)
		})
		plain = 1
		f.Resolve(0)
		seen.Wait()
	}
}

// Exactly one of many that race to end it is the first, and
// every call that returns finds it ended.
func TestFutureRaceToEnd(t *testing.T) {
	for range 500 {
		f := taskgroup.NewFuture[int]()
		var firsts atomic.Int32
		var winner atomic.Int64
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				first := f.Resolve(i)
				if i%2 == 0 {
					first = f.Reject(errFuture) || first
				}
				if first {
					firsts.Add(1)
					winner.Store(int64(i))
				}
				assert.NotErrorIs(t, f.Err(), taskgroup.ErrNotDone)
			})
		}
		all.Wait()
		require.EqualValues(t, 1, firsts.Load())
		v, err := f.Result()
		require.NoError(t, err)
		require.EqualValues(t, winner.Load(), v)
	}
}

// W-09: waits that were given up leave nothing behind.
func TestFutureGivenUpWaitsLeaveNothing(t *testing.T) {
	f := taskgroup.NewFuture[int]()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	expired, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	before := testkit.HeapInUse()
	for range 20_000 {
		_, _ = f.Wait(ctx)
		_, _ = f.Wait(expired)
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(200_000))
	runtime.KeepAlive(f)
}

func TestFutureAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := taskgroup.NewFuture[int]()
	ready.Resolve(1)
	assert.Zero(t, allocations(func() {
		_, _ = ready.Wait(ctx)
		_, _ = ready.Result()
		_ = ready.Done()
	}))
	assert.Equal(t, 1, allocations(func() {
		f := taskgroup.NewFuture[int]()
		f.Resolve(1)
		_, _ = f.Wait(ctx)
	}))
}

// packageFuture is a future in memory that can belong to no bubble.
var packageFuture future

// Rule 10: a wait for a future whose memory was made outside is durably blocked in
// a bubble, in one after the other, and works outside again. So is the wait for a
// task.
func TestWaitsAreDurableForWhatWasMadeOutside(t *testing.T) {
	onHeap := taskgroup.NewFuture[int]()
	for name, f := range map[string]*future{"package variable": &packageFuture, "heap": onHeap} {
		t.Run(name, func(t *testing.T) {
			*f = future{} // it is not in use
			giveUp := func(t *testing.T) {
				t.Helper()
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					var waits sync.WaitGroup
					waits.Go(func() { _, _, _ = taskgroup.Wait(ctx, taskgroup.AllCompleted, f) })
					waits.Go(func() { _, _ = f.Wait(ctx) })
					synctest.Wait()
					waits.Wait() // a second later: the clock goes on if all are durably blocked
				})
			}
			giveUp(t)
			giveUp(t)
			synctest.Test(t, func(t *testing.T) {
				var waits sync.WaitGroup
				for range 3 {
					waits.Go(func() {
						v, err := f.Wait(context.Background())
						assert.NoError(t, err)
						assert.Equal(t, 1, v)
					})
					waits.Go(func() {
						done, _, err := taskgroup.Wait(context.Background(), taskgroup.AllCompleted, f)
						assert.NoError(t, err)
						assert.Len(t, done, 1)
					})
				}
				synctest.Wait()
				time.AfterFunc(time.Second, func() { f.Resolve(1) })
				waits.Wait()
			})
			v, err := f.Wait(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, 1, v)
		})
	}
}

// The same for tasks, which a backlog holds until they are canceled.
func TestTaskWaitsAreDurableForWhatWasMadeOutside(t *testing.T) {
	finish := make(chan struct{})
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(1), taskgroup.WithBacklog(taskgroup.NoLimit))
	g.Go(func(context.Context) error { <-finish; return nil })
	g.Context().Done() // made here, it belongs to no bubble
	for range 2 {
		queued := taskgroup.Go(g, value(1))
		synctest.Test(t, func(t *testing.T) {
			var waits sync.WaitGroup
			for range 3 {
				waits.Go(func() {
					_, err := queued.Wait(context.Background())
					assert.ErrorIs(t, err, errOwn)
				})
			}
			synctest.Wait()
			queued.Cancel(errOwn)
			waits.Wait()
		})
	}
	close(finish)
	assert.NoError(t, g.Wait())
}

// Whatever waits with a context that cannot be canceled allocates nothing.
func TestWaitWithoutCancellationAllocatesNothing(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	const waits = 3
	var started, all sync.WaitGroup
	begin := make(chan *future)
	for range waits {
		go func() {
			for f := range begin {
				started.Done()
				_, _ = f.Wait(context.Background())
				all.Done()
			}
		}()
	}
	defer close(begin)
	assert.Equal(t, 1, allocations(func() {
		f := taskgroup.NewFuture[int]()
		started.Add(waits)
		all.Add(waits)
		for range waits {
			begin <- f
		}
		started.Wait()
		runtime.Gosched()
		f.Resolve(1)
		all.Wait()
	}))
}
