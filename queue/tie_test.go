package queue_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// Rule 3, Q-07, P-81: an item that has been handed over is delivered, though
// the context ends before the call gets to return.
func TestDeliveryWinsOverLaterCancellation(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancel(t.Context())
		empty, full := t.make(1), t.make(1)
		fill(t, full, 1)
		getter, batcher, putter := then(get(ctx, empty)), then(batch(ctx, empty, 2)), then(put(ctx, full, 2))
		fill(t, empty, 7, 8)
		_, err := full.TryGet()
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		getter.succeeded(t, 7)
		batcher.succeeded(t, 8)
		putter.succeeded(t)
		assert.Equal(t, []int{2}, drain(t, full))
	})
}

// The other way round either may win, but never both, and nothing is lost:
// asyncio's canceled getter whose item stays, its canceled putter whose
// room goes on.
func TestCancellationThenDelivery(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			q := t.make(0)
			getter := then(get(ctx, q))
			cancel()
			fill(t, q, 7)
			synctest.Wait()
			if getter.err == nil {
				getter.succeeded(t, 7)
				assert.Zero(t, q.Len())
			} else {
				getter.failed(t, context.Canceled)
				assert.Equal(t, []int{7}, drain(t, q))
			}

			ctx, cancel = context.WithCancel(t.Context())
			q = t.make(1)
			fill(t, q, 1)
			putter, behind := then(put(ctx, q, 2)), then(put(t.Context(), q, 3))
			cancel()
			assert.Equal(t, []int{1}, drainSome(t, q, 1))
			synctest.Wait()
			if putter.err == nil {
				putter.succeeded(t)
				behind.isBlocked(t)
				assert.Equal(t, []int{2, 3}, drain(t, q))
			} else {
				putter.failed(t, context.Canceled)
				behind.succeeded(t)
				assert.Equal(t, []int{3}, drain(t, q))
			}
		}
	})
}

// H15: timeouts that fall on the very moment of a put lose no item.
func TestTimeoutAtTheMomentOfPut(t *testing.T) {
	eachKind(t, func(t kindTest) {
		const items = 300
		q := t.make(0)
		start(func() ([]int, error) {
			for i := range items {
				time.Sleep(time.Millisecond)
				assert.NoError(t, q.Put(t.Context(), i))
			}
			q.Shutdown()
			return nil, nil
		})
		got := map[int]int{}
		for {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			v, err := q.Get(ctx)
			cancel()
			if errors.Is(err, queue.ErrShutdown) {
				break
			}
			if err == nil {
				got[v]++
			}
		}
		assert.Len(t, got, items)
		for v, n := range got {
			assert.Equal(t, 1, n, v)
		}
	})
}

// Conservation with real threads, P-80 to P-82: whatever is canceled when, each
// item that a Put answered nil for has been got once, or ShutdownNow returned
// it; from a FIFO queue, those of one producer come in order.
func TestNothingIsLostOrDoubled(t *testing.T) {
	rounds := 3000
	if testkit.Race {
		rounds = 600
	}
	for name, newQueue := range kinds {
		for _, maxsize := range []int{0, 1, 7} {
			conserve(t, name, newQueue(maxsize), rounds)
		}
	}
}

func conserve(t *testing.T, name string, q *queue.Queue[int], rounds int) {
	t.Helper()
	var mu sync.Mutex
	put, got := map[int]int{}, map[int]int{}
	count := func(m map[int]int, values ...int) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range values {
			m[v]++
		}
	}
	var producing, consuming, joining sync.WaitGroup
	for p := range 4 {
		producing.Go(func() {
			for i := range rounds {
				v := p*rounds + i
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 {
					go cancel()
				}
				var err error
				if i%5 == 0 {
					err = q.TryPut(v)
				} else {
					err = q.Put(ctx, v)
				}
				cancel()
				if err == nil {
					count(put, v)
				}
			}
		})
		consuming.Go(func() {
			last := map[int]int{}
			for i := 0; ; i++ {
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 {
					go cancel()
				}
				var items [5]int
				n, err := 1, error(nil)
				switch (i + p) % 4 {
				case 0:
					items[0], err = q.TryGet()
				case 1:
					items[0], err = q.Get(ctx)
				case 2:
					n, err = q.GetBatchWithin(ctx, 50*time.Microsecond, items[:1+i%5])
				default:
					n, err = q.GetBatch(ctx, items[:1+i%5])
				}
				cancel()
				if errors.Is(err, queue.ErrShutdown) {
					return
				}
				if err != nil {
					continue
				}
				count(got, items[:n]...)
				for _, v := range items[:n] {
					if name == "fifo" {
						assert.GreaterOrEqual(t, v, last[v/rounds])
						last[v/rounds] = v
					}
					q.TaskDone()
				}
			}
		})
	}
	joining.Go(func() { assert.NoError(t, q.Join(t.Context())) })
	producing.Wait()
	count(got, q.ShutdownNow()...)
	consuming.Wait()
	assert.Equal(t, put, got, "%s(%d)", name, q.Cap())
	assert.NotEmpty(t, put)
	assert.Zero(t, q.Unfinished())
	joining.Wait()
}
