package queue_test

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// Package-level queues are made outside of any bubble.
var (
	outerFIFO     queue.Queue[int]
	outerLIFO     = queue.NewLIFO[int](1)
	outerPriority = queue.NewPriority(2, cmp.Compare[int])
)

// Rule 10: used in two bubbles and outside again, waiting in each.
func TestQueueFromOutside(t *testing.T) {
	inside := func(t *testing.T) {
		t.Helper()
		synctest.Test(t, useAndWait)
	}
	inside(t)
	inside(t)
	useAndWait(t)
	inside(t)
}

func useAndWait(t *testing.T) {
	t.Helper()
	until := func(f func() bool) {
		for !f() {
			runtime.Gosched()
		}
	}
	for _, q := range []*queue.Queue[int]{&outerFIFO, outerLIFO, outerPriority} {
		waiting := func(puts, gets int) {
			until(func() bool {
				p, g := q.Waiting()
				return p == puts && g == gets
			})
		}
		var calls sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		calls.Go(func() { // gives up, and leaves nothing that another bubble could touch
			_, err := q.Get(ctx)
			assert.ErrorIs(t, err, context.Canceled)
		})
		calls.Go(func() {
			_, err := q.GetBatchWithin(ctx, time.Hour, make([]int, 2))
			assert.ErrorIs(t, err, context.Canceled)
		})
		waiting(0, 2)
		cancel()
		calls.Wait()

		calls.Go(func() {
			v, err := q.Get(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, 1, v)
			q.TaskDone()
		})
		waiting(0, 1)
		assert.NoError(t, q.Put(t.Context(), 1))
		assert.NoError(t, q.Join(t.Context()))
		calls.Wait()

		const puts = 6
		for i := range puts {
			calls.Go(func() { assert.NoError(t, q.Put(t.Context(), i)) })
		}
		var joins atomic.Bool // Join has called Done, to wait for it
		joiner := &testkit.Context{Parent: t.Context(), OnDone: func() <-chan struct{} {
			joins.Store(true)
			return t.Context().Done()
		}}
		until(func() bool { return q.Len() > 0 })
		calls.Go(func() { assert.NoError(t, q.Join(joiner)) })
		if room := q.Cap(); room > 0 {
			waiting(puts-room, 0)
		}
		until(joins.Load)
		for range puts {
			_, err := q.Get(t.Context())
			assert.NoError(t, err)
			q.TaskDone()
		}
		calls.Wait()
	}
}

// Rule 10, P-79: a call that waits is durably blocked, so that virtual time
// goes on.
func TestWaitingIsDurable(t *testing.T) {
	eachKind(t, func(t kindTest) {
		began := time.Now()
		empty, full := t.make(0), t.make(1)
		fill(t, full, 1)
		for _, f := range []func() ([]int, error){get(t.Context(), empty), put(t.Context(), full, 2), join(t.Context(), full), batch(t.Context(), empty, 1)} {
			start(f)
		}
		time.Sleep(time.Hour)
		assert.Equal(t, time.Hour, time.Since(began))
		fill(t, empty, 1, 2)
		require.Len(t, drain(t, full), 2)
		full.TaskDone()
		full.TaskDone()
	})
}

// Rule 12: what was written before Put is seen after the Get that receives the
// item, and what before TaskDone, after Join. Run with -race.
func TestHappensBefore(t *testing.T) {
	type job struct{ in, out int }
	order := func(a, b *job) int { return cmp.Compare(a.in, b.in) }
	for name, newQueue := range map[string]func(int) *queue.Queue[*job]{
		"fifo": queue.New[*job], "lifo": queue.NewLIFO[*job],
		"priority": func(n int) *queue.Queue[*job] { return queue.NewPriority(n, order) },
	} {
		for _, maxsize := range []int{0, 1, 3} {
			q := newQueue(maxsize)
			const n = 400
			jobs := [n]*job{}
			var workers sync.WaitGroup
			workers.Go(func() {
				for j := range q.Items(t.Context()) {
					j.out = j.in + 1
					q.TaskDone()
				}
			})
			workers.Go(func() {
				for j, err := range q.All(t.Context()) {
					assert.NoError(t, err)
					j.out = j.in + 1
					q.TaskDone()
				}
			})
			workers.Go(func() {
				buf := [4]*job{}
				for {
					n, err := q.GetBatchWithin(t.Context(), time.Millisecond, buf[:])
					if err != nil {
						return
					}
					for _, j := range buf[:n] {
						j.out = j.in + 1
						q.TaskDone()
					}
				}
			})
			workers.Go(func() {
				for {
					j, err := q.Get(t.Context())
					if err != nil {
						return
					}
					j.out = j.in + 1
					q.TaskDone()
				}
			})
			workers.Go(func() {
				buf := [4]*job{}
				for {
					n, err := q.GetBatch(t.Context(), buf[:])
					if err != nil {
						return
					}
					for _, j := range buf[:n] {
						j.out = j.in + 1
						q.TaskDone()
					}
				}
			})
			var producers sync.WaitGroup
			for p := range 2 {
				producers.Go(func() {
					for i := p; i < n; i += 2 {
						jobs[i] = &job{in: i}
						assert.NoError(t, q.Put(t.Context(), jobs[i]))
					}
				})
			}
			producers.Wait()
			require.NoError(t, q.Join(t.Context()))
			for i, j := range jobs {
				assert.Equal(t, i+1, j.out, name)
			}
			q.Shutdown()
			workers.Wait()
		}
	}
}

// Rule 12, for the calls that never wait.
func TestHappensBeforeWithoutWaiting(t *testing.T) {
	type job struct{ in int }
	q := queue.New[*job](0)
	var both sync.WaitGroup
	both.Go(func() {
		for i := range 1000 {
			assert.NoError(t, q.TryPut(&job{in: i}))
		}
	})
	both.Go(func() {
		for next := 0; next < 500; {
			if j, err := q.TryGet(); err == nil {
				assert.Equal(t, next, j.in)
				next++
			}
		}
	})
	both.Wait()
	for i, j := range q.ShutdownNow() {
		assert.Equal(t, 500+i, j.in)
	}
}
