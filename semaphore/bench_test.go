package semaphore_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"example.com/asyncgo/semaphore"
)

func BenchmarkUncontended(b *testing.B) {
	background := context.Background()
	cancellable, cancel := context.WithCancel(background)
	defer cancel()
	s, k, l := semaphore.New(3), semaphore.NewKeyed[int](1), new(semaphore.Lock)
	rw, peer := new(semaphore.RWLock), new(sync.RWMutex)
	for name, f := range map[string]func(){
		"op=acquire":             func() { _ = s.Acquire(background); s.Release() },
		"op=acquire-cancellable": func() { _ = s.Acquire(cancellable); s.Release() },
		"op=acquire-two":         func() { _ = s.AcquireN(cancellable, 2); s.ReleaseN(2) },
		"op=try":                 func() { s.TryAcquire(); s.Release() },
		"op=do":                  func() { _ = s.Do(cancellable, free) },
		"op=keyed":               func() { _ = k.Acquire(cancellable, 1); k.Release(1) },
		"op=lock":                func() { _ = l.Lock(cancellable); l.Unlock() },
		"op=use": func() {
			_, _ = semaphore.Use(cancellable, s, func(context.Context) (int, error) { return 1, nil })
		},
		"op=rwlock-write":       func() { _ = rw.Lock(cancellable); rw.Unlock() },
		"op=rwlock-read":        func() { _ = rw.RLock(cancellable); rw.RUnlock() },
		"op=sync.RWMutex-write": func() { peer.Lock(); peer.Unlock() },   //nolint:staticcheck // it is what is measured
		"op=sync.RWMutex-read":  func() { peer.RLock(); peer.RUnlock() }, //nolint:staticcheck // it is what is measured
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

// Permits that are held while others run, so that nearly every acquisition
// waits.
func BenchmarkHeld(b *testing.B) {
	for _, size := range []struct{ goroutines, permits int }{{2, 1}, {8, 3}, {64, 3}, {1000, 16}} {
		b.Run(fmt.Sprintf("g=%d/p=%d", size.goroutines, size.permits), func(b *testing.B) {
			b.ReportAllocs()
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			s := semaphore.New(size.permits)
			var wg sync.WaitGroup
			for range size.goroutines {
				wg.Go(func() {
					for range b.N/size.goroutines + 1 {
						_ = s.Acquire(ctx)
						runtime.Gosched()
						s.Release()
					}
				})
			}
			wg.Wait()
		})
	}
}

// One write in so many operations, the rest reads, beside [sync.RWMutex].
func BenchmarkRWLock(b *testing.B) {
	const goroutines = 8
	ctx := b.Context()
	ours, peer := new(semaphore.RWLock), new(sync.RWMutex)
	for name, l := range map[string]struct{ lock, unlock, rlock, runlock func() }{
		"semaphore":    {func() { _ = ours.Lock(ctx) }, ours.Unlock, func() { _ = ours.RLock(ctx) }, ours.RUnlock},
		"sync.RWMutex": {peer.Lock, peer.Unlock, peer.RLock, peer.RUnlock},
	} {
		for _, writeEvery := range []int{10, 1000} {
			b.Run(fmt.Sprintf("%s/write=1:%d", name, writeEvery), func(b *testing.B) {
				b.ReportAllocs()
				var wg sync.WaitGroup
				for range goroutines {
					wg.Go(func() {
						for i := range b.N/goroutines + 1 {
							if i%writeEvery == 0 {
								l.lock()
								l.unlock()
							} else {
								l.rlock()
								l.runlock()
							}
						}
					})
				}
				wg.Wait()
			})
		}
	}
}

func BenchmarkWeighted(b *testing.B) {
	const goroutines = 8
	b.ReportAllocs()
	s := semaphore.New(8)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range b.N/goroutines + 1 {
				n := 1 + (g+i)%4
				_ = s.AcquireN(b.Context(), n)
				s.ReleaseN(n)
			}
		})
	}
	wg.Wait()
}

func BenchmarkBarrier(b *testing.B) {
	const parties = 4
	b.ReportAllocs()
	barrier := semaphore.NewBarrier(parties)
	var wg sync.WaitGroup
	for range parties {
		wg.Go(func() {
			for range b.N {
				_, _ = barrier.Wait(b.Context())
			}
		})
	}
	wg.Wait()
}

func BenchmarkCond(b *testing.B) {
	b.ReportAllocs()
	l := new(semaphore.Lock)
	c := semaphore.NewCond(l)
	turn := 0
	var wg sync.WaitGroup
	for me := range 2 {
		wg.Go(func() {
			for range b.N {
				_ = l.Lock(b.Context())
				_ = c.WaitFor(b.Context(), func() bool { return turn == me })
				turn = 1 - me
				c.Notify(1)
				l.Unlock()
			}
		})
	}
	wg.Wait()
}
