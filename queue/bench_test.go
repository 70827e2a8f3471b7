package queue_test

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/asyncgo/queue"
)

// Peers are compared in benchmarks/; these are for finding out what a change to
// this package costs.

func BenchmarkUncontended(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for name, newQueue := range kinds {
		b.Run("kind="+name, func(b *testing.B) {
			b.ReportAllocs()
			q := newQueue(128)
			for b.Loop() {
				_ = q.Put(ctx, 1)
				_, _ = q.Get(ctx)
			}
		})
	}
}

// An operation is an item that is put by one of n goroutines and got by one of
// n others.
func BenchmarkPiped(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for name, newQueue := range kinds {
		for _, maxsize := range []int{0, 1, 128} {
			for _, n := range []int{1, 8} {
				b.Run(fmt.Sprintf("kind=%s/cap=%d/n=%d", name, maxsize, n), func(b *testing.B) {
					b.ReportAllocs()
					q := newQueue(maxsize)
					var all sync.WaitGroup
					for range n {
						all.Go(func() {
							for range b.N / n {
								_ = q.Put(ctx, 1)
							}
						})
						all.Go(func() {
							for range b.N / n {
								_, _ = q.Get(ctx)
							}
						})
					}
					all.Wait()
				})
			}
		}
	}
}

// An operation puts an item into a priority queue that holds n others, and
// takes the smallest.
func BenchmarkPriority(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			q := queue.NewPriority(0, cmp.Compare[uint32])
			random := uint32(1)
			next := func() uint32 {
				random ^= random << 13
				random ^= random >> 17
				random ^= random << 5
				return random
			}
			for range n {
				_ = q.TryPut(next())
			}
			last := uint32(0)
			for b.Loop() {
				_ = q.TryPut(last + next()>>12)
				last, _ = q.TryGet()
			}
		})
	}
}

// An operation is an item of a batch of up to 100, of which a producer puts one
// after the other; beside it a channel with a timer.
func BenchmarkGetBatchWithin(b *testing.B) {
	const size, within = 100, time.Millisecond
	b.Run("queue", func(b *testing.B) {
		b.ReportAllocs()
		q := queue.New[int](size)
		go func() {
			for i := range b.N {
				_ = q.Put(b.Context(), i)
			}
		}()
		buf := [size]int{}
		for n := 0; n < b.N; {
			k, _ := q.GetBatchWithin(b.Context(), within, buf[:])
			n += k
		}
	})
	b.Run("channel", func(b *testing.B) {
		b.ReportAllocs()
		c := make(chan int, size)
		go func() {
			for i := range b.N {
				select {
				case c <- i:
				case <-b.Context().Done():
				}
			}
		}()
		buf := make([]int, 0, size)
		for n := 0; n < b.N; {
			buf = append(buf[:0], <-c)
			timer := time.NewTimer(within)
			for more := true; more && len(buf) < size; {
				select {
				case v := <-c:
					buf = append(buf, v)
				case <-timer.C:
					more = false
				case <-b.Context().Done():
					more = false
				}
			}
			timer.Stop()
			n += len(buf)
		}
	})
}

// An operation is one item of a batch.
func BenchmarkGetBatch(b *testing.B) {
	for name, newQueue := range kinds {
		b.Run("kind="+name, func(b *testing.B) {
			b.ReportAllocs()
			q := newQueue(0)
			buf := [128]int{}
			for n := 0; n < b.N; {
				b.StopTimer()
				for range buf {
					_ = q.TryPut(n)
				}
				b.StartTimer()
				k, _ := q.GetBatch(b.Context(), buf[:])
				n += k
			}
		})
	}
}
