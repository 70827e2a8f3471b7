package semaphore_test

import (
	"context"
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

// Rule 3, L-05, M-04, C-03, H1, H2, H4, H7, H10, H13, P-61: a cancellation that comes
// before the grant, however shortly, wins, and the next gets the grant.
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

// The other order: if the waiter has not returned by the time of the cancellation, the
// cancellation still wins. If it has, it keeps what it got.
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

// So a grant can wake a waiter whose context is done. It is handed on all the same.
func TestGrantWakesACancelledWaiter(t *testing.T) {
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

// The grant and the cancellation are there at once, and select would toss a coin.
func TestGrantAndCancellationAtOnce(t *testing.T) {
	for name, newLine := range lines {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					l := newLine()
					first := begin(func() error { return l.wait(newMeeting(t.Context(), l.give)) })
					first.assertReturned(t, context.Canceled)
					second := begin(func() error { return l.wait(t.Context()) })
					if name == "Cond" { // a notification is not kept
						second.assertBlocked(t)
						l.give()
					}
					second.assertReturned(t, nil)
					l.free()
				})
			}
		})
	}
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

// Several are cancelled, and one is served, in the same moment: all that is given reaches
// those who are left, in order.
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

// A permit that a cancelled waiter gives back after somebody else has released it for it
// goes nowhere, and nobody panics who has done no wrong.
func TestGivingBackWhatOthersHaveReleased(t *testing.T) {
	for range 50 {
		s := semaphore.New(1)
		assert.True(t, s.TryAcquire())
		err := s.Acquire(newMeeting(t.Context(), func() {
			s.Release()
			s.Release() // the waiter's
		}))
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, semaphore.Stats{Limit: 1, Available: 1}, s.Stats())
	}
}
