package distributed_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func openSemaphore(t *testing.T, c *distributed.Client, n int) *distributed.Semaphore {
	t.Helper()
	s, err := distributed.OpenSemaphore(within(t, 30*time.Second), c, "db", n)
	require.NoError(t, err)
	return s
}

func acquire(t *testing.T, s *distributed.Semaphore) *distributed.Permit {
	t.Helper()
	p, err := s.Acquire(within(t, 30*time.Second))
	require.NoError(t, err)
	return p
}

func TestPermitsAreForAllProcessesTogether(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), 2)
		b := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), 2)
		p, q := acquire(t, a), acquire(t, b)
		assert.NotEqual(t, p.Slot(), q.Slot())
		assert.Less(t, p.Token(), q.Token())
		_, err := a.TryAcquire(within(t, 10*time.Second))
		assert.ErrorIs(t, err, distributed.ErrFull)
		assert.ErrorIs(t, err, queue.ErrFull)
		_, err = b.Acquire(brief(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, distributed.ErrFull)
		assert.ErrorContains(t, err, "semaphore db: Acquire")

		require.NoError(t, p.Context().Err())
		require.NoError(t, p.Release())
		assert.NoError(t, p.Release(), "twice")
		assert.ErrorIs(t, context.Cause(p.Context()), context.Canceled)
		r := acquire(t, b)
		assert.Equal(t, p.Slot(), r.Slot())
		assert.Less(t, q.Token(), r.Token())
		_, err = a.Acquire(done())
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestAcquireIsFirstComeFirstServed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		sems := []*distributed.Semaphore{
			openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), 1),
			openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), 1),
		}
		raw := s.raw(t)
		first := acquire(t, sems[0])
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				p, err := sems[i%2].Acquire(context.Background())
				assert.NoError(t, err)
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				assert.NoError(t, p.Release())
			})
			awaitPlaces(t, raw, ns, i+2)
		}
		_, err := sems[1].TryAcquire(within(t, 10*time.Second))
		assert.ErrorIs(t, err, distributed.ErrFull, "nothing overtakes")
		require.NoError(t, first.Release())
		all.Wait()
		assert.True(t, slices.IsSorted(order), order)
	})
}

func TestManyRequestsOfOneClientAreServedInOrder(t *testing.T) {
	s := openSemaphore(t, one.up(t).client(t, distributed.Config{}), 1)
	first := acquire(t, s)
	const n = 150 // more than stand in the line
	began, tokens := make([]time.Time, n), make([]uint64, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			began[i] = time.Now()
			p, err := s.Acquire(context.Background())
			assert.NoError(t, err)
			tokens[i] = p.Token()
			assert.NoError(t, p.Release())
		})
		time.Sleep(5 * time.Millisecond)
	}
	require.NoError(t, first.Release())
	all.Wait()
	for i := range n { // goroutines that began at about the same time may overtake each other before they wait
		for j := range n {
			if began[j].Sub(began[i]) > 200*time.Millisecond {
				assert.Less(t, tokens[i], tokens[j])
			}
		}
	}
}

func TestARequestThatGivesUpLeavesNoPlace(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		sem := openSemaphore(t, s.client(t, distributed.Config{}), 1)
		p := acquire(t, sem)
		for range 5 {
			_, err := sem.Acquire(brief(t))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.NoError(t, p.Release())
		require.Eventually(t, func() bool {
			p, err := sem.TryAcquire(within(t, 10*time.Second))
			return err == nil && p.Release() == nil
		}, 10*time.Second, 10*time.Millisecond)
	})
}

func TestMoreThanNNeverHold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		const n = 3
		ns := newNamespace()
		var held, most atomic.Int64
		var last [n]atomic.Uint64
		var all sync.WaitGroup
		for range 3 {
			sem := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), n)
			for range 8 {
				all.Go(func() {
					for range 5 {
						assert.NoError(t, sem.Do(context.Background(), func(context.Context) error {
							most.Store(max(most.Load(), held.Add(1)))
							time.Sleep(time.Millisecond)
							held.Add(-1)
							return nil
						}))
					}
				})
			}
			all.Go(func() { // (slot, token) is never smaller than before
				for range 20 {
					p, err := sem.Acquire(context.Background())
					if !assert.NoError(t, err) {
						return
					}
					assert.Less(t, p.Slot(), n)
					assert.Less(t, last[p.Slot()].Swap(p.Token()), p.Token())
					assert.NoError(t, p.Release())
				}
			})
		}
		all.Wait()
		assert.LessOrEqual(t, most.Load(), int64(n))
	})
}

func TestSemaphoreDo(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		sem := openSemaphore(t, s.client(t, distributed.Config{}), 1)
		boom := errors.New("boom")
		ctx := context.WithValue(within(t, time.Minute), contextKey{}, "value")
		assert.ErrorIs(t, sem.Do(ctx, func(ctx context.Context) error {
			assert.Equal(t, "value", ctx.Value(contextKey{}))
			return boom
		}), boom)
		assert.PanicsWithValue(t, "ouch", func() {
			_ = sem.Do(ctx, func(context.Context) error { panic("ouch") })
		})
		p, err := sem.TryAcquire(within(t, 10*time.Second))
		require.NoError(t, err, "released by each way out")
		require.NoError(t, p.Release())
	})
}

func TestAnotherNumberOfPermitsIsAMismatch(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		sem := openSemaphore(t, c, 1)
		_, err := distributed.OpenSemaphore(within(t, 10*time.Second), c, "db", 2)
		assert.ErrorIs(t, err, distributed.ErrMismatch)
		assert.ErrorContains(t, err, "1 permits; wanted 2")

		p := acquire(t, sem)
		waiting := make(chan *distributed.Permit, 1)
		go func() {
			q, err := sem.Acquire(context.Background())
			assert.NoError(t, err)
			waiting <- q
		}()
		time.Sleep(200 * time.Millisecond)
		admin := s.client(t, distributed.Config{Namespace: ns, Reconfigure: true})
		openSemaphore(t, admin, 2)
		q := <-waiting // more permits go to what waits
		assert.NotEqual(t, p.Slot(), q.Slot())
		openSemaphore(t, admin, 1)
		assert.NoError(t, p.Context().Err(), "fewer take nothing away")
		assert.NoError(t, q.Context().Err())
		require.NoError(t, p.Release())
		_, err = sem.TryAcquire(within(t, 10*time.Second))
		assert.ErrorIs(t, err, distributed.ErrFull)
		require.NoError(t, q.Release())
		r := acquire(t, sem)
		assert.Equal(t, 0, r.Slot())
	})
}

func TestLimiterLimitsAGroup(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		var held, most atomic.Int64
		var all sync.WaitGroup
		for range 2 {
			sem := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns}), 2)
			all.Go(func() {
				ctx, limit := sem.Limiter(context.Background())
				g := taskgroup.New(ctx, taskgroup.WithLimiter(limit))
				for range 10 {
					g.Go(func(context.Context) error {
						most.Store(max(most.Load(), held.Add(1)))
						time.Sleep(time.Millisecond)
						held.Add(-1)
						return nil
					})
				}
				assert.NoError(t, g.Wait())
			})
		}
		all.Wait()
		assert.LessOrEqual(t, most.Load(), int64(2))
	})
}

func TestLimiterTakesSeveralAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		sem := openSemaphore(t, s.client(t, distributed.Config{}), 4)
		ctx, limit := sem.Limiter(context.WithValue(context.Background(), contextKey{}, "value"))
		assert.Equal(t, "value", ctx.Value(contextKey{}))
		err := limit.AcquireN(within(t, 10*time.Second), 5)
		assert.ErrorIs(t, err, distributed.ErrTooLarge)
		assert.ErrorIs(t, err, semaphore.ErrTooLarge)
		require.NoError(t, limit.AcquireN(within(t, 10*time.Second), 3))
		assert.False(t, limit.TryAcquireN(2))
		assert.True(t, limit.TryAcquireN(1))

		big := make(chan error, 1)
		go func() { big <- limit.AcquireN(context.Background(), 4) }()
		time.Sleep(200 * time.Millisecond)
		limit.ReleaseN(2) // parts of what was taken at once
		assert.False(t, limit.TryAcquireN(1), "nothing overtakes a big one")
		limit.ReleaseN(2)
		require.NoError(t, <-big)
		assertMisuse(t, func() { limit.ReleaseN(5) })
		assertMisuse(t, func() { limit.ReleaseN(0) })
		assertMisuse(t, func() { _ = limit.AcquireN(ctx, 0) })
		limit.ReleaseN(4)
		assert.NoError(t, ctx.Err())
	})
}

// assertMisuse asserts that f panics with ErrMisuse.
func assertMisuse(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, _ := recover().(error)
		assert.ErrorIs(t, err, distributed.ErrMisuse)
	}()
	f()
}
