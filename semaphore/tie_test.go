package semaphore_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

// line is something that waiters are served from one by one.
type line struct {
	wait func(ctx context.Context) error
	give func() // serves one waiter more
	free func() // makes the line as it was, after one has been served and left
}

// lines are all the lines in which a cancellation wins over a grant.
var lines = map[string]func() line{
	"Semaphore": func() line {
		s := semaphore.New(1)
		s.TryAcquire()
		return line{s.Acquire, s.Release, s.Release}
	},
	"Semaphore.AcquireN": func() line {
		s := semaphore.New(3)
		s.TryAcquireN(3)
		wait := func(ctx context.Context) error { return s.AcquireN(ctx, 3) }
		give := func() { s.ReleaseN(3) }
		return line{wait, give, give}
	},
	"Semaphore.Resize": func() line {
		s := semaphore.New(0)
		return line{s.Acquire, func() { s.Resize(s.Stats().Limit + 1) }, s.Release}
	},
	"Semaphore counting": func() line {
		s := semaphore.NewCounting(0)
		return line{s.Acquire, s.Release, s.Release}
	},
	"Keyed": func() line {
		k := semaphore.NewKeyed[string](1)
		k.TryAcquire("k")
		wait := func(ctx context.Context) error { return k.Acquire(ctx, "k") }
		give := func() { k.Release("k") }
		return line{wait, give, give}
	},
	"Lock": func() line {
		l := new(semaphore.Lock)
		l.TryLock()
		return line{l.Lock, l.Unlock, l.Unlock}
	},
	"RWLock": func() line {
		l := new(semaphore.RWLock)
		l.TryLock()
		return line{l.Lock, l.Unlock, l.Unlock}
	},
	"RWLock, held by readers": func() line {
		l := new(semaphore.RWLock)
		l.TryRLock()
		give := func() { // a reader holds it at first, and a writer after that
			defer func() {
				if recover() != nil {
					l.Unlock()
				}
			}()
			l.RUnlock()
		}
		return line{l.Lock, give, l.Unlock}
	},
	"Cond": func() line {
		l := new(semaphore.Lock)
		c := semaphore.NewCond(l)
		wait := func(ctx context.Context) error {
			if err := l.Lock(context.WithoutCancel(ctx)); err != nil {
				return err
			}
			defer l.Unlock()
			return c.Wait(ctx)
		}
		give := func() {
			_ = l.Do(context.Background(), func(context.Context) error { c.Notify(1); return nil })
		}
		return line{wait, give, func() {}}
	},
}

// Rule 3, L-05, M-04, C-03, H1, H2, H4, H7, H10, H13, P-61: a cancellation that
// comes before the grant, however shortly, wins, and the next gets the grant.
func TestCancelThenGrant(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			for range 50 { // whichever case select takes
				synctest.Test(t, func(t *testing.T) {
					l := newLine()
					ctx, cancel := context.WithCancelCause(t.Context())
					first := begin(func() error { return l.wait(ctx) })
					second := begin(func() error { return l.wait(t.Context()) })
					third := begin(func() error { return l.wait(t.Context()) })
					cancel(errWhy)
					l.give()
					first.assertReturned(t, context.Canceled)
					first.assertReturned(t, errWhy)
					second.assertReturned(t, nil)
					third.assertBlocked(t)
					l.give()
					third.assertReturned(t, nil)
					l.free()
				})
			}
		})
	}
}

// The other order: if the waiter has not returned by the time of the
// cancellation, the cancellation still wins. If it has, it keeps what it got.
func TestGrantThenCancel(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			late := 0
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					l := newLine()
					ctx, cancel := context.WithCancelCause(t.Context())
					first := begin(func() error { return l.wait(ctx) })
					second := begin(func() error { return l.wait(t.Context()) })
					third := begin(func() error { return l.wait(t.Context()) })
					l.give()
					cancel(errWhy)
					synctest.Wait()
					if first.err == nil {
						late++
						second.assertBlocked(t)
						l.give()
					} else {
						first.assertReturned(t, errWhy)
					}
					second.assertReturned(t, nil)
					third.assertBlocked(t)
					l.give()
					third.assertReturned(t, nil)
					l.free()
				})
			}
			t.Logf("%d of 50 had returned before", late)
		})
	}
}

// newCanceling returns a context in the middle of its cancellation, once canceled
// is true: it is done, and its channel is not closed yet. Every context goes
// through this; this one stays.
func newCanceling(ctx context.Context) (c context.Context, canceled *atomic.Bool) {
	canceled = new(atomic.Bool)
	return &testkit.Context{
		Parent: ctx,
		OnDone: func() <-chan struct{} { return make(chan struct{}) },
		OnErr: func() error {
			if canceled.Load() {
				return context.Canceled
			}
			return nil
		},
	}, canceled
}

// So a grant can wake a waiter whose context is done. It is handed on all the
// same.
func TestGrantWakesACanceledWaiter(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine()
				ctx, canceled := newCanceling(t.Context())
				first := begin(func() error { return l.wait(ctx) })
				second := begin(func() error { return l.wait(t.Context()) })
				third := begin(func() error { return l.wait(t.Context()) })
				canceled.Store(true)
				first.assertBlocked(t)
				l.give()
				first.assertReturned(t, context.Canceled)
				second.assertReturned(t, nil)
				third.assertBlocked(t)
				l.give()
				third.assertReturned(t, nil)
				l.free()
			})
		})
	}
}

// A permit that comes free only after the context has ended is not taken,
// however late in the call that happens.
func TestPermitThatComesFreeTooLate(t *testing.T) {
	for name, newLine := range lines {
		if name == "Cond" {
			continue // its lock is held there, and a notification is not kept
		}
		for when, meet := range map[string]func(ctx context.Context, give func()) context.Context{
			"at Done": func(ctx context.Context, give func()) context.Context { return newMeeting(ctx, give) },
			"at Err":  newClosing,
		} {
			t.Run(name+"/"+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLine()
					first := begin(func() error { return l.wait(meet(t.Context(), l.give)) })
					first.assertReturned(t, context.Canceled)
					second := begin(func() error { return l.wait(t.Context()) })
					second.assertReturned(t, nil)
					l.free()
				})
			})
		}
	}
}

// newClosing returns a context that ends as soon as it has said that it is alive,
// and then calls end.
func newClosing(ctx context.Context, end func()) context.Context {
	c := &testkit.Context{Parent: ctx, Channel: make(chan struct{})}
	c.OnErr = func() error {
		c.OnErr = func() error { return context.Canceled }
		end()
		return nil
	}
	return c
}

// M-04: without a next, the grant goes back.
func TestCancellationWinsAndTheGrantGoesBack(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			s := semaphore.New(5)
			assert.True(t, s.TryAcquireN(4))
			ctx, cancel := context.WithCancel(t.Context())
			c := begin(func() error { return s.AcquireN(ctx, 3) })
			cancel()
			s.ReleaseN(2)
			c.assertReturned(t, context.Canceled)
			assert.Equal(t, semaphore.Stats{Limit: 5, Held: 2, Available: 3}, s.Stats())
			assert.True(t, s.TryAcquireN(3))
		})
	}
}

// Several are canceled, and one is served, in the same moment: all that is
// given reaches those that are left, in order.
func TestManyCancellationsMeetGrants(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				synctest.Test(t, func(t *testing.T) {
					l := newLine()
					ctx, cancel := context.WithCancel(t.Context())
					var leaving, staying []*call
					for i := range 6 {
						if i%2 == 0 {
							leaving = append(leaving, begin(func() error { return l.wait(ctx) }))
						} else {
							staying = append(staying, begin(func() error { return l.wait(t.Context()) }))
						}
					}
					cancel()
					l.give()
					for _, c := range leaving {
						c.assertReturned(t, context.Canceled)
					}
					for i, c := range staying {
						c.assertReturned(t, nil)
						if i+1 < len(staying) {
							staying[i+1].assertBlocked(t)
							l.give()
						}
					}
					l.free()
				})
			}
		})
	}
}

// The order of checks holds for a tie, too: context, closed, too large.
func TestCancellationWinsOverOtherErrors(t *testing.T) {
	for name, end := range map[string]func(s *semaphore.Semaphore){
		"closed":    func(s *semaphore.Semaphore) { s.Close() },
		"too large": func(s *semaphore.Semaphore) { s.Resize(1) },
	} {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					s := semaphore.New(2)
					assert.True(t, s.TryAcquireN(2))
					ctx, cancel := context.WithCancel(t.Context())
					c := begin(func() error { return s.AcquireN(ctx, 2) })
					cancel()
					end(s)
					c.assertReturned(t, context.Canceled)
					assert.Equal(t, 2, s.Stats().Held, "it gives back nothing that it has not got")
					s.ReleaseN(2)
				})
			}
		})
	}
}

// A permit that a canceled waiter gives back after another goroutine has
// released it goes nowhere, and the waiter does not panic for what it has not
// done.
func TestGivingBackWhatOthersHaveReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		c := begin(func() error { return s.Acquire(newGrudging(t.Context(), nothing, s.Release)) })
		s.Release()
		c.assertReturned(t, context.Canceled)
		assert.Equal(t, semaphore.Stats{Limit: 1, Available: 1}, s.Stats())
	})
}

// Rule 8: a context that panics when a granted waiter looks at it passes the
// grant on.
func TestContextThatPanicsAtTheGrant(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine()
				ctx := newGrudging(t.Context(), nothing, func() { panic(errWhy) })
				var panicked any
				go func() { _, panicked, _ = testkit.Leave(func() error { return l.wait(ctx) }) }()
				synctest.Wait()
				second := begin(func() error { return l.wait(t.Context()) })
				second.assertBlocked(t)
				l.give()
				second.assertReturned(t, nil)
				assert.Equal(t, errWhy, panicked)
				l.free()
			})
		})
	}
}

// The grant and the cancellation are both there when the waiter comes to look,
// as far as two processors can see to that: whichever case select takes, the
// first of the two decides.
func TestGrantAndCancellationAtOnce(t *testing.T) {
	var l semaphore.RWLock
	s, m := semaphore.New(1), new(semaphore.Lock)
	for name, p := range map[string]struct {
		wait          func(ctx context.Context) error
		hold, release func()
		waiting       func() int
	}{
		"Semaphore":     {s.Acquire, func() { s.TryAcquire() }, s.Release, func() int { return s.Stats().Waiting }},
		"Lock":          {m.Lock, func() { m.TryLock() }, m.Unlock, m.Waiting},
		"RWLock writer": {l.Lock, func() { l.TryRLock() }, l.RUnlock, func() int { w, _ := l.Waiting(); return w }},
		"RWLock reader": {l.RLock, func() { l.TryLock() }, l.Unlock, func() int { _, r := l.Waiting(); return r }},
	} {
		for range 500 {
			p.hold()
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for p.waiting() == 0 {
					runtime.Gosched()
				}
				cancel()
				p.release()
			}()
			if !assert.ErrorIs(t, p.wait(ctx), context.Canceled, name) {
				return
			}
			for m.Locked() || s.Locked() || !l.TryLock() { // until the release is over
				runtime.Gosched()
			}
			l.Unlock()
		}
	}
}
