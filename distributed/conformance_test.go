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
)

// The behaviors that the queues and semaphores of the core and of this package
// share. Each test below runs over the core, one server and three. The
// differences are:
//
//   - room in a full queue is made by Get in the core, and by Done here;
//   - after Shutdown, Get fails when nothing is waiting in the core, and when nothing
//     is unfinished here.

// queueLike is a queue of either package.
type queueLike struct {
	remote      bool
	put         func(ctx context.Context, v string) error
	tryPut      func(v string) error
	get         func(ctx context.Context) (v string, done func(), err error)
	join        func(ctx context.Context) error
	unfinished  func() int
	shutdown    func()
	shutdownNow func()
}

func coreQueue(size int) queueLike {
	q := queue.New[string](size)
	return queueLike{
		put: q.Put, tryPut: q.TryPut, join: q.Join, unfinished: q.Unfinished, shutdown: q.Shutdown, shutdownNow: func() { _ = q.ShutdownNow() },
		get: func(ctx context.Context) (string, func(), error) {
			v, err := q.Get(ctx)
			return v, q.TaskDone, err
		},
	}
}

func remoteQueue(t *testing.T, s *site, size int) queueLike {
	t.Helper()
	q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: size})
	return queueLike{
		remote: true, put: q.Put, join: q.Join,
		tryPut: func(v string) error { return q.TryPut(within(t, time.Minute), v) },
		unfinished: func() int {
			n, err := q.Unfinished(within(t, time.Minute))
			require.NoError(t, err)
			return n
		},
		shutdown:    func() { require.NoError(t, q.Shutdown(within(t, time.Minute))) },
		shutdownNow: func() { require.NoError(t, q.ShutdownNow(within(t, time.Minute))) },
		get: func(ctx context.Context) (string, func(), error) {
			it, err := q.Get(ctx)
			if err != nil {
				return "", nil, err
			}
			return it.Value, func() { assert.NoError(t, it.Done()) }, nil
		},
	}
}

func eachQueue(t *testing.T, size int, test func(t *testing.T, q queueLike)) {
	t.Helper()
	t.Run("core", func(t *testing.T) { test(t, coreQueue(size)) })
	each(t, func(t *testing.T, s *site) { test(t, remoteQueue(t, s, size)) })
}

func TestConformanceQueueOrder(t *testing.T) {
	eachQueue(t, 0, func(t *testing.T, q queueLike) {
		want := []string{"a", "b", "c", "d", "e"}
		for _, v := range want {
			require.NoError(t, q.put(within(t, time.Minute), v))
		}
		assert.Equal(t, 5, q.unfinished())
		var got []string
		for range want {
			v, done, err := q.get(within(t, time.Minute))
			require.NoError(t, err)
			got = append(got, v)
			done()
		}
		assert.Equal(t, want, got)
	})
}

func TestConformanceQueueRoom(t *testing.T) {
	eachQueue(t, 1, func(t *testing.T, q queueLike) {
		require.NoError(t, q.tryPut("a"))
		assert.ErrorIs(t, q.tryPut("b"), queue.ErrFull)
		assert.ErrorIs(t, q.put(brief(t), "b"), context.DeadlineExceeded)
		entered := make(chan error, 1)
		go func() { entered <- q.put(context.Background(), "c") }()
		_, done, err := q.get(within(t, time.Minute))
		require.NoError(t, err)
		if q.remote { // the first difference
			select {
			case <-entered: //nolint:errcheck // it must not come
				t.Error("it entered though the item is unfinished")
			case <-time.After(300 * time.Millisecond):
			}
			done()
			require.NoError(t, <-entered)
		} else {
			require.NoError(t, <-entered)
			done()
		}
		v, done, err := q.get(within(t, time.Minute))
		require.NoError(t, err)
		assert.Equal(t, "c", v)
		done()
	})
}

func TestConformanceQueueJoin(t *testing.T) {
	eachQueue(t, 0, func(t *testing.T, q queueLike) {
		assert.NoError(t, q.join(done()), "nothing is unfinished")
		require.NoError(t, q.put(within(t, time.Minute), "a"))
		_, finish, err := q.get(within(t, time.Minute))
		require.NoError(t, err)
		assert.ErrorIs(t, q.join(brief(t)), context.DeadlineExceeded, "held is unfinished")
		assert.Equal(t, 1, q.unfinished())
		joined := make(chan error, 1)
		go func() { joined <- q.join(context.Background()) }()
		finish()
		assert.NoError(t, <-joined)
	})
}

func TestConformanceQueueShutdown(t *testing.T) {
	eachQueue(t, 1, func(t *testing.T, q queueLike) {
		require.NoError(t, q.put(within(t, time.Minute), "a"))
		blocked := make(chan error, 1)
		go func() { blocked <- q.put(context.Background(), "b") }()
		time.Sleep(50 * time.Millisecond)
		q.shutdown()
		assert.ErrorIs(t, <-blocked, queue.ErrShutdown)
		assert.ErrorIs(t, q.tryPut("c"), queue.ErrShutdown)
		v, finish, err := q.get(within(t, time.Minute))
		require.NoError(t, err)
		assert.Equal(t, "a", v)
		if q.remote { // the second difference
			_, _, err := q.get(brief(t))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			finish()
		}
		_, _, err = q.get(within(t, time.Minute))
		assert.ErrorIs(t, err, queue.ErrShutdown)
		if !q.remote {
			finish()
		}
		assert.NoError(t, q.join(within(t, time.Minute)))
	})
}

func TestConformanceQueueShutdownNow(t *testing.T) {
	eachQueue(t, 0, func(t *testing.T, q queueLike) {
		require.NoError(t, q.put(within(t, time.Minute), "a"))
		require.NoError(t, q.put(within(t, time.Minute), "b"))
		q.shutdownNow()
		assert.NoError(t, q.join(within(t, time.Minute)), "what was waiting is dropped")
		_, _, err := q.get(within(t, time.Minute))
		assert.ErrorIs(t, err, queue.ErrShutdown)
	})
}

func TestConformanceQueueDoneContext(t *testing.T) {
	eachQueue(t, 0, func(t *testing.T, q queueLike) {
		require.NoError(t, q.put(within(t, time.Minute), "a"))
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(why)
		_, _, err := q.get(ctx)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, why)
		assert.ErrorIs(t, q.put(ctx, "b"), why)
		assert.Equal(t, 1, q.unfinished(), "nothing was taken or sent")
		_, finish, err := q.get(within(t, time.Minute))
		require.NoError(t, err)
		finish()
	})
}

// A Get that is canceled in the moment of a Put returns the item, or leaves it.
func TestConformanceQueueTies(t *testing.T) {
	eachQueue(t, 0, func(t *testing.T, q queueLike) {
		rounds, taken := 30, 0
		for i := range rounds {
			ctx, cancel := context.WithCancel(context.Background())
			got := make(chan bool, 1)
			go func() {
				_, finish, err := q.get(ctx)
				if err == nil {
					finish()
				} else {
					assert.ErrorIs(t, err, context.Canceled)
				}
				got <- err == nil
			}()
			if i%2 == 0 { // in both orders
				cancel()
				require.NoError(t, q.put(within(t, time.Minute), "x"))
			} else {
				require.NoError(t, q.put(within(t, time.Minute), "x"))
				cancel()
			}
			if <-got {
				taken++
			}
		}
		for ; taken < rounds; taken++ {
			_, finish, err := q.get(within(t, time.Minute))
			require.NoError(t, err)
			finish()
		}
		assert.NoError(t, q.join(within(t, time.Minute)), "nothing is lost or doubled")
	})
}

// semaphoreLike is a semaphore of either package.
type semaphoreLike struct {
	await      func(waiting int) // until so many wait, and another holds the permit
	acquire    func(ctx context.Context) (release func(), err error)
	tryAcquire func() (release func(), ok bool)
	do         func(ctx context.Context, fn func(ctx context.Context) error) error
}

func eachSemaphore(t *testing.T, n int, test func(t *testing.T, s semaphoreLike)) {
	t.Helper()
	t.Run("core", func(t *testing.T) {
		s := semaphore.New(n)
		test(t, semaphoreLike{
			await: func(waiting int) {
				require.Eventually(t, func() bool { return s.Stats().Waiting == waiting }, time.Minute, time.Millisecond)
			},
			acquire:    func(ctx context.Context) (func(), error) { return s.Release, s.Acquire(ctx) },
			tryAcquire: func() (func(), bool) { return s.Release, s.TryAcquire() },
			do:         s.Do,
		})
	})
	each(t, func(t *testing.T, where *site) {
		ns, raw := newNamespace(), where.raw(t)
		s := openSemaphore(t, where.client(t, distributed.Config{Namespace: ns}), n)
		release := func(p *distributed.Permit) func() {
			return func() { assert.NoError(t, p.Release()) }
		}
		test(t, semaphoreLike{
			await: func(waiting int) { awaitPlaces(t, raw, ns, waiting+1) },
			acquire: func(ctx context.Context) (func(), error) {
				p, err := s.Acquire(ctx)
				return release(p), err
			},
			tryAcquire: func() (func(), bool) {
				p, err := s.TryAcquire(within(t, time.Minute))
				if err != nil {
					assert.ErrorIs(t, err, queue.ErrFull)
				}
				return release(p), err == nil
			},
			do: s.Do,
		})
	})
}

func TestConformanceSemaphoreLimit(t *testing.T) {
	eachSemaphore(t, 2, func(t *testing.T, s semaphoreLike) {
		var held, most atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				assert.NoError(t, s.do(context.Background(), func(context.Context) error {
					most.Store(max(most.Load(), held.Add(1)))
					time.Sleep(time.Millisecond)
					held.Add(-1)
					return nil
				}))
			})
		}
		all.Wait()
		assert.LessOrEqual(t, most.Load(), int64(2))
	})
}

func TestConformanceSemaphoreOrder(t *testing.T) {
	eachSemaphore(t, 1, func(t *testing.T, s semaphoreLike) {
		release, err := s.acquire(within(t, time.Minute))
		require.NoError(t, err)
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() {
				release, err := s.acquire(context.Background())
				assert.NoError(t, err)
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				release()
			})
			s.await(i + 1)
		}
		_, ok := s.tryAcquire()
		assert.False(t, ok, "nothing overtakes")
		release()
		all.Wait()
		assert.True(t, slices.IsSorted(order), order)
	})
}

// A cancellation that meets a release wins, and the permit goes to the next.
func TestConformanceSemaphoreTies(t *testing.T) {
	eachSemaphore(t, 1, func(t *testing.T, s semaphoreLike) {
		for i := range 10 {
			release, err := s.acquire(within(t, time.Minute))
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(context.Background())
			first, next := make(chan error, 1), make(chan error, 1)
			var got func()
			go func() {
				release, err := s.acquire(ctx)
				if err == nil {
					got = release
				}
				first <- err
			}()
			s.await(1)
			go func() {
				release, err := s.acquire(context.Background())
				if err == nil {
					release()
				}
				next <- err
			}()
			s.await(2)
			if i%2 == 0 { // in both orders
				cancel()
				release()
				assert.ErrorIs(t, <-first, context.Canceled)
			} else {
				release()
				cancel()
				if err := <-first; err == nil {
					got()
				} else {
					assert.ErrorIs(t, err, context.Canceled)
				}
			}
			assert.NoError(t, <-next)
		}
	})
}

func TestConformanceSemaphoreDoneContext(t *testing.T) {
	eachSemaphore(t, 1, func(t *testing.T, s semaphoreLike) {
		_, err := s.acquire(done())
		assert.ErrorIs(t, err, context.Canceled)
		release, ok := s.tryAcquire()
		assert.True(t, ok, "nothing was taken")
		release()
		assert.PanicsWithValue(t, "ouch", func() { _ = s.do(within(t, time.Minute), func(context.Context) error { panic("ouch") }) })
		release, ok = s.tryAcquire()
		assert.True(t, ok, "a panic releases")
		release()
	})
}
