package workload

import (
	"cmp"
	"container/heap"
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/asyncgo/queue"
)

// pipe is a queue of any make.
type pipe struct {
	name string
	put  func(ctx context.Context, v int)
	get  func(ctx context.Context) int
}

func ourPipe(size int) pipe {
	q := queue.New[int](size)
	return pipe{"asyncgo", func(ctx context.Context, v int) { _ = q.Put(ctx, v) }, func(ctx context.Context) int { v, _ := q.Get(ctx); return v }}
}

func channelPipe(size int) pipe {
	c := make(chan int, size)
	return pipe{"channel", func(_ context.Context, v int) { c <- v }, func(context.Context) int { return <-c }}
}

func selectPipe(size int) pipe {
	c := make(chan int, size)
	return pipe{"channel-select", func(ctx context.Context, v int) {
		select {
		case c <- v:
		case <-ctx.Done():
		}
	}, func(ctx context.Context) int {
		select {
		case v := <-c:
			return v
		case <-ctx.Done():
			return 0
		}
	}}
}

// condPipe is an unbounded ring under a mutex and a condition variable.
func condPipe(int) pipe {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ring := make([]int, 16)
	head, size := 0, 0
	return pipe{"mutex+cond ring", func(_ context.Context, v int) {
		mu.Lock()
		if size == len(ring) {
			bigger := make([]int, 2*len(ring))
			k := copy(bigger, ring[head:])
			copy(bigger[k:], ring[:head])
			ring, head = bigger, 0
		}
		ring[(head+size)&(len(ring)-1)] = v
		size++
		mu.Unlock()
		cond.Signal()
	}, func(context.Context) int {
		mu.Lock()
		for size == 0 {
			cond.Wait()
		}
		v := ring[head]
		head = (head + 1) & (len(ring) - 1)
		size--
		mu.Unlock()
		return v
	}}
}

func listPipe(int) pipe {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	l := list.New()
	return pipe{"container/list", func(_ context.Context, v int) {
		mu.Lock()
		l.PushBack(v)
		mu.Unlock()
		cond.Signal()
	}, func(context.Context) int {
		mu.Lock()
		for l.Len() == 0 {
			cond.Wait()
		}
		v := l.Remove(l.Front()).(int)
		mu.Unlock()
		return v
	}}
}

// batcher is a pipe whose items are taken in batches: collect waits for one,
// and for more until buf is full or d has passed, and returns how many it has
// put into buf.
type batcher struct {
	name    string
	put     func(ctx context.Context, v int)
	collect func(ctx context.Context, d time.Duration, buf []int) int
}

func ourBatcher() batcher {
	q := queue.New[int](128)
	return batcher{
		"asyncgo", func(ctx context.Context, v int) { _ = q.Put(ctx, v) },
		func(ctx context.Context, d time.Duration, buf []int) int {
			n, _ := q.GetBatchWithin(ctx, d, buf)
			return n
		},
	}
}

// channelBatcher is a channel and a timer.
func channelBatcher() batcher {
	c := make(chan int, 128)
	put := func(ctx context.Context, v int) {
		select {
		case c <- v:
		case <-ctx.Done():
		}
	}
	return batcher{"channel-timer", put, func(ctx context.Context, d time.Duration, buf []int) int {
		select {
		case buf[0] = <-c:
		case <-ctx.Done():
			return 0
		}
		timer := time.NewTimer(d)
		defer timer.Stop()
		for n := 1; n < len(buf); n++ {
			select {
			case buf[n] = <-c:
			case <-timer.C:
				return n
			case <-ctx.Done():
				return n
			}
		}
		return len(buf)
	}}
}

// queues is W7. An operation is one item put and got.
func queues() []Row {
	rows := []Row{uncontendedQueue()}
	for _, r := range []struct {
		name                 string
		producers, consumers int
		size                 int
		goals                []Goal
	}{
		{"SPSC, cap 128", 1, 1, 128, []Goal{{"asyncgo", "channel", 1.25}, {"asyncgo", "channel-select", 0.5}}},
		{"MPSC8, cap 128", 8, 1, 128, []Goal{{"asyncgo", "channel", 1.25}, {"asyncgo", "channel-select", 0.5}}},
		{"MPMC2, cap 128", 2, 2, 128, []Goal{{"asyncgo", "channel", 1.25}, {"asyncgo", "channel-select", 0.5}}},
		{"MPMC8, cap 128", 8, 8, 128, []Goal{{"asyncgo", "channel-select", 0.8}}},
		{"MPMC64, cap 128", 64, 64, 128, []Goal{{"asyncgo", "channel-select", 0.8}}},
		{"SPSC, cap 1", 1, 1, 1, []Goal{{"asyncgo", "channel-select", 1.6}}},
		{"MPMC64, cap 1", 64, 64, 1, []Goal{{"asyncgo", "channel-select", 1.6}}},
	} {
		rows = append(rows, piped("W7 "+r.name, r.producers, r.consumers, r.size, []func(int) pipe{channelPipe, ourPipe, selectPipe}, r.goals))
	}
	for _, n := range []int{1, 8, 64} {
		rows = append(rows, piped(fmt.Sprintf("W7 unbounded, %d and %d", n, n), n, n, 0, []func(int) pipe{condPipe, ourPipe, listPipe},
			[]Goal{{"asyncgo", "mutex+cond ring", 1.15}}))
	}
	return append(rows, priority(), batch(), batchWithin())
}

func piped(name string, producers, consumers, size int, makes []func(int) pipe, goals []Goal) Row {
	row := Row{Name: name, Unit: "item", Goals: goals}
	for _, newPipe := range makes {
		row.Impls = append(row.Impls, Impl{Name: newPipe(size).name, Do: func(n int) int {
			p := newPipe(size)
			var mu sync.Mutex
			sum := 0
			var wg sync.WaitGroup
			wg.Go(func() {
				crowd(producers, n, func(_, n int) {
					for range n {
						p.put(cancelable, 1)
					}
				})
			})
			crowd(consumers, n, func(_, n int) {
				mine := 0
				for range n {
					mine += p.get(cancelable)
				}
				mu.Lock()
				sum += mine
				mu.Unlock()
			})
			wg.Wait()
			return sum
		}})
	}
	return row
}

func uncontendedQueue() Row {
	row := Row{
		Name: "W7 uncontended", Unit: "put and get",
		Goals: []Goal{{"asyncgo", "channel", 0.95}, {"asyncgo", "channel-select", 0.4}},
	}
	c, s, q := make(chan int, 128), make(chan int, 128), queue.New[int](128)
	row.Impls = []Impl{
		{Name: "channel", Do: func(n int) (sum int) {
			for range n {
				c <- 1
				sum += <-c
			}
			return sum
		}},
		{Name: "asyncgo", Do: func(n int) (sum int) {
			for range n {
				_ = q.Put(cancelable, 1)
				v, _ := q.Get(cancelable)
				sum += v
			}
			return sum
		}},
		{Name: "channel-select", Do: func(n int) (sum int) {
			for range n {
				select {
				case s <- 1:
				case <-cancelable.Done():
				}
				select {
				case v := <-s:
					sum += v
				case <-cancelable.Done():
				}
			}
			return sum
		}},
	}
	return row
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// priority keeps 1000 items in the queue; every operation puts one and takes
// the smallest.
func priority() Row {
	const resident = 1000
	next := func(x *uint32) int {
		*x ^= *x << 13
		*x ^= *x >> 17
		*x ^= *x << 5
		return int(*x)
	}
	return Row{
		Name: "W7 priority, 1000 resident", Unit: "put and get",
		Impls: []Impl{
			{Name: "container/heap", Do: func(n int) (sum int) {
				var mu sync.Mutex
				h := &intHeap{}
				x := uint32(1)
				for range resident {
					heap.Push(h, next(&x))
				}
				for range n {
					v := next(&x)
					mu.Lock()
					heap.Push(h, v)
					mu.Unlock()
					mu.Lock()
					heap.Pop(h)
					mu.Unlock()
					sum++
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				q := queue.NewPriority(0, cmp.Compare[int])
				x := uint32(1)
				for range resident {
					_ = q.TryPut(next(&x))
				}
				for range n {
					_ = q.Put(background, next(&x))
					_, _ = q.Get(background)
					sum++
				}
				return sum
			}},
		},
		Goals: []Goal{{"asyncgo", "container/heap", 0.65}},
	}
}

// batch takes 128 items out of a full queue. Only that is measured, not the
// puts one by one.
func batch() Row {
	const size = 128
	return Row{
		Name: "W7 batch of 128", Unit: "batch",
		Impls: []Impl{
			{Name: "channel", Timed: func(n int) (sum int, took time.Duration) {
				c := make(chan int, size)
				for range n {
					for range size {
						c <- 1
					}
					start := time.Now()
					for range size {
						sum += <-c
					}
					took += time.Since(start)
				}
				return sum, took
			}},
			{Name: "asyncgo", Timed: func(n int) (sum int, took time.Duration) {
				q := queue.New[int](size)
				buf := make([]int, size)
				for range n {
					for range size {
						_ = q.TryPut(1)
					}
					start := time.Now()
					k, _ := q.GetBatch(background, buf)
					for _, v := range buf[:k] {
						sum += v
					}
					took += time.Since(start)
				}
				return sum, took
			}},
			{Name: "channel-timer", Timed: batched(channelBatcher, size)},
			{Name: "asyncgo-within", Timed: batched(ourBatcher, size)},
		},
		Goals: []Goal{{"asyncgo", "channel", 0.1}},
	}
}

// batched is the work of batch, with a bound on how long a batch may take.
func batched(newBatcher func() batcher, size int) func(n int) (sum int, took time.Duration) {
	return func(n int) (sum int, took time.Duration) {
		b := newBatcher()
		buf := make([]int, size)
		for range n {
			for range size {
				b.put(cancelable, 1)
			}
			start := time.Now()
			k := b.collect(cancelable, time.Second, buf)
			for _, v := range buf[:k] {
				sum += v
			}
			took += time.Since(start)
		}
		return sum, took
	}
}

// batchWithin collects the items of a producer in batches of up to 128, each
// for at most a second after its first item. An operation is 128 items.
func batchWithin() Row {
	const size, within = 128, time.Second
	row := Row{Name: "W7 batches of 128 within a second, 1 producer", Unit: "128 items"}
	for _, newBatcher := range []func() batcher{channelBatcher, ourBatcher} {
		row.Impls = append(row.Impls, Impl{Name: newBatcher().name, Do: func(n int) (sum int) {
			b := newBatcher()
			var producer sync.WaitGroup
			producer.Go(func() {
				for range size * n {
					b.put(cancelable, 1)
				}
			})
			buf := make([]int, size)
			for got := 0; got < size*n; {
				k := b.collect(cancelable, within, buf[:min(size, size*n-got)])
				if k == 0 {
					return -1
				}
				for _, v := range buf[:k] {
					sum += v
				}
				got += k
			}
			producer.Wait()
			return sum
		}})
	}
	return row
}
