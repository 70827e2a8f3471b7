// Package soak_test hammers groups, semaphores and queues with random
// cancellation, panics, Goexit, resizing and shutdown, and then looks whether
// everything is back to where it was.
package soak_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var (
	duration = flag.Duration("soak", 3*time.Second, "how long to hammer")
	seed     = flag.Uint64("seed", 0, "where the random numbers start; 0: anywhere")
)

var errRandom = errors.New("random failure")

// figures are what has happened, to show that something did.
type figures struct {
	groups, tasks, never, panics, goexits, failures, canceled atomic.Int64
	permits, refused, resizes                                 atomic.Int64
	put, got, dropped, shutdowns                              atomic.Int64
}

func TestSoak(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	start := *seed
	if start == 0 {
		start = rand.Uint64()
	}
	t.Logf("seed %d, %v", start, *duration)

	var f figures
	round(t, &f, start) // so that what is made once has been made
	goroutines, heap := settled()
	before := runtime.NumGoroutine()
	rounds := 0
	for end := time.Now().Add(*duration); time.Now().Before(end); rounds++ {
		round(t, &f, start+uint64(rounds)+1)
		if t.Failed() {
			t.Fatalf("in round %d", rounds)
		}
	}
	goroutinesAfter, heapAfter := settled()
	t.Logf("%d rounds: %d groups; tasks %d, never ran %d, panics %d, Goexits %d, failures %d, canceled %d",
		rounds, f.groups.Load(), f.tasks.Load(), f.never.Load(), f.panics.Load(), f.goexits.Load(), f.failures.Load(), f.canceled.Load())
	t.Logf("permits %d, refused %d, resizes %d; items put %d, got %d, dropped %d, shutdowns %d",
		f.permits.Load(), f.refused.Load(), f.resizes.Load(), f.put.Load(), f.got.Load(), f.dropped.Load(), f.shutdowns.Load())
	t.Logf("goroutines %d -> %d, heap %d -> %d kB", before, runtime.NumGoroutine(), heap/1024, heapAfter/1024)
	assert.Equal(t, goroutines, goroutinesAfter, "goroutines are left")
	assert.Less(t, heapAfter, heap+4<<20, "the heap has grown")
	assert.Equal(t, f.put.Load(), f.got.Load()+f.dropped.Load(), "items")
	for _, n := range []*atomic.Int64{&f.tasks, &f.never, &f.panics, &f.goexits, &f.failures, &f.permits, &f.refused, &f.put, &f.got, &f.dropped} {
		assert.NotZero(t, n.Load(), "a kind of event never happened")
	}
	if p := pprof.Lookup("goroutineleak"); p != nil {
		var b strings.Builder
		require.NoError(t, p.WriteTo(&b, 1))
		assert.Zero(t, p.Count(), b.String())
		t.Log("goroutineleak: none")
	} else {
		t.Log("goroutineleak: not in this build; GOEXPERIMENT=goroutineleakprofile has it")
	}
}

// settled returns what is left when the garbage is gone: goroutines, bytes.
func settled() (goroutines int, heap uint64) {
	for range 3 {
		runtime.GC()
	}
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/sched/goroutines:goroutines"}}
	metrics.Read(sample)
	return int(sample[1].Value.Uint64()), sample[0].Value.Uint64()
}

// round runs one group of everything and checks that it adds up.
func round(t *testing.T, f *figures, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	size := 1 + r.IntN(4)
	sem := semaphore.New(size)
	q := queue.New[int64](r.IntN(4))
	var put, got, begun, ended atomic.Int64

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opts := []taskgroup.Option{taskgroup.WithPanics(taskgroup.PanicAsError)}
	if r.IntN(2) == 0 {
		opts = append(opts, taskgroup.WithLimit(1+r.IntN(8)))
		if r.IntN(2) == 0 {
			opts = append(opts, taskgroup.WithBacklog(r.IntN(40)-1))
		}
	}
	keepGoing := r.IntN(2) == 0
	if keepGoing {
		opts = append(opts, taskgroup.WithKeepGoing())
	}
	g := taskgroup.New(ctx, opts...)
	f.groups.Add(1)

	// What disturbs: in goroutines of its own, joined below.
	var wg sync.WaitGroup
	disturb := func(often int, do func(r *rand.Rand)) {
		mine := rand.New(rand.NewPCG(r.Uint64(), 2))
		wg.Go(func() {
			for range often {
				for range mine.IntN(200) {
					runtime.Gosched()
				}
				do(mine)
			}
		})
	}
	disturb(5, func(r *rand.Rand) { sem.Resize(r.IntN(size + 1)); f.resizes.Add(1) })
	switch r.IntN(4) {
	case 0:
		disturb(1, func(*rand.Rand) { cancel() })
	case 1:
		disturb(1, func(*rand.Rand) { g.Stop() })
	case 2:
		disturb(1, func(*rand.Rand) { q.Shutdown(); f.shutdowns.Add(1) })
	}

	var handles []*taskgroup.Task[int]
	for range 60 {
		mine := rand.New(rand.NewPCG(r.Uint64(), 3))
		h := taskgroup.Go(g, func(ctx context.Context) (int, error) {
			begun.Add(1)
			defer ended.Add(1)
			return task(ctx, mine, sem, q, f, &put, &got)
		})
		handles = append(handles, h)
		if r.IntN(10) == 0 {
			handles[r.IntN(len(handles))].Cancel(nil)
		}
		if r.IntN(50) == 0 {
			g.SetLimit(1 + r.IntN(8))
		}
	}
	// Putters and getters may wait for each other for ever: that is the end.
	timeout := time.AfterFunc(20*time.Millisecond, func() { g.Stop() })
	_ = g.Wait()
	timeout.Stop()
	wg.Wait()
	sem.Resize(size)

	f.tasks.Add(begun.Load())
	f.never.Add(int64(len(handles)) - begun.Load())
	assert.Equal(t, begun.Load(), ended.Load(), "tasks outlive the group")
	for _, h := range handles {
		_, err := h.Result()
		assert.NotErrorIs(t, err, taskgroup.ErrNotDone, "a handle is not done")
		var pe *taskgroup.PanicError
		switch {
		case errors.As(err, &pe):
			f.panics.Add(1)
		case errors.Is(err, taskgroup.ErrGoexit):
			f.goexits.Add(1)
		case h.Cancelled():
			f.canceled.Add(1)
		case err != nil:
			f.failures.Add(1)
		}
	}
	assert.Zero(t, g.Running())
	assert.Equal(t, semaphore.Stats{Limit: size, Available: size}, sem.Stats(), "permits")
	dropped := int64(len(q.ShutdownNow()))
	assert.Equal(t, put.Load(), got.Load()+dropped, "items")
	f.put.Add(put.Load())
	f.got.Add(got.Load())
	f.dropped.Add(dropped)
}

// task does a few things at random and ends in one of all possible ways.
func task(ctx context.Context, r *rand.Rand, sem *semaphore.Semaphore, q *queue.Queue[int64], f *figures, put, got *atomic.Int64) (int, error) {
	for range 1 + r.IntN(4) {
		short, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Microsecond)
		switch r.IntN(4) {
		case 0:
			if err := sem.Acquire(short); err != nil {
				f.refused.Add(1)
				break
			}
			f.permits.Add(1)
			func() {
				defer sem.Release()
				runtime.Gosched()
				end(r, 30)
			}()
		case 1:
			if q.Put(short, 1) == nil {
				put.Add(1)
			}
		case 2:
			if _, err := q.Get(short); err == nil {
				got.Add(1)
			}
		case 3:
			_ = sem.Do(short, func(context.Context) error { end(r, 30); return nil })
		}
		cancel()
		end(r, 60)
	}
	if r.IntN(40) == 0 {
		return 0, errRandom
	}
	return 1, ctx.Err()
}

// end leaves by a panic or runtime.Goexit, once in so many times.
func end(r *rand.Rand, odds int) {
	switch r.IntN(odds) {
	case 0:
		panic("random panic")
	case 1:
		runtime.Goexit()
	}
}
