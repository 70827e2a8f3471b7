package semaphore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

// room is a lock with a condition, in a bubble.
type room struct {
	l    semaphore.Lock
	c    *semaphore.Cond
	held []int // the waits that have returned, in order
}

func newRoom() *room {
	r := new(room)
	r.c = semaphore.NewCond(&r.l)
	return r
}

// wait begins a wait in a goroutine that holds the lock before and checks that
// it does after.
func (r *room) wait(t *testing.T, ctx context.Context, id int) *call { //nolint:revive // t first
	t.Helper()
	return begin(func() error {
		if err := r.l.Lock(t.Context()); err != nil {
			return err
		}
		err := r.c.Wait(ctx)
		r.held = append(r.held, id)
		assert.True(t, r.l.Locked(), "C-01: returned without the lock")
		r.l.Unlock()
		return err
	})
}

// with runs f with the lock held.
func (r *room) with(t *testing.T, f func()) {
	t.Helper()
	assert.NoError(t, r.l.Do(t.Context(), func(context.Context) error { f(); return nil }))
}

// C-05: in order, at most n, and only after the notifier has released the lock.
func TestNotify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		for i := range 6 {
			r.wait(t, t.Context(), i)
		}
		r.with(t, func() {
			r.c.Notify(0)
			r.c.Notify(-1)
			synctest.Wait()
		})
		synctest.Wait()
		assert.Empty(t, r.held)
		r.with(t, func() {
			r.c.Notify(2)
			r.c.Notify(1)
			synctest.Wait()
			assert.Empty(t, r.held, "not while the lock is held")
		})
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2}, r.held)
		r.with(t, func() { r.c.Notify(100) })
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, r.held)
		r.with(t, func() { r.c.Notify(1) }) // no call waits: not kept
		c := r.wait(t, t.Context(), 6)
		c.assertBlocked(t)
		r.with(t, r.c.NotifyAll)
		c.assertReturned(t, nil)
	})
}

func TestNotifyAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		r.with(t, r.c.NotifyAll)
		for i := range 4 {
			r.wait(t, t.Context(), i)
		}
		r.with(t, r.c.NotifyAll)
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 3}, r.held)
	})
}

// Notified waiters take the lock in the order of all that wait for it: rule 6.
func TestNotifiedWaitersQueueForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		r.wait(t, t.Context(), 0)
		r.wait(t, t.Context(), 1)
		assert.True(t, r.l.TryLock())
		locker := func(id int) {
			begin(func() error {
				return r.l.Do(t.Context(), func(context.Context) error {
					r.held = append(r.held, id)
					return nil
				})
			})
		}
		locker(10)
		r.c.NotifyAll()
		locker(11)
		r.l.Unlock()
		synctest.Wait()
		assert.Equal(t, []int{10, 0, 1, 11}, r.held)
	})
}

// C-04: what needs the lock needs it locked, by any goroutine, and changes nothing
// if it is not.
func TestCondWithoutTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		waiter := r.wait(t, t.Context(), 0)
		assertMisuse(t, func() { _ = r.c.Wait(t.Context()) }, semaphore.ErrNotLocked)
		assertMisuse(t, func() { _ = r.c.Wait(canceled(t)) }, semaphore.ErrNotLocked)
		assertMisuse(t, func() { _ = r.c.WaitFor(t.Context(), func() bool { return true }) }, semaphore.ErrNotLocked)
		for _, n := range []int{-1, 0, 1, 2} {
			assertMisuse(t, func() { r.c.Notify(n) }, semaphore.ErrNotLocked)
		}
		assertMisuse(t, r.c.NotifyAll, semaphore.ErrNotLocked)
		waiter.assertBlocked(t)
		assert.False(t, r.l.Locked())

		assert.True(t, r.l.TryLock())
		go r.c.Notify(1) // by a goroutine that does not hold it
		synctest.Wait()
		r.l.Unlock()
		waiter.assertReturned(t, nil)
	})
}

// The same when another goroutine unlocks the lock in the midst of a Wait.
func TestWaitForWhichTheLockIsPulledAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		assert.True(t, r.l.TryLock())
		ctx := &testkit.Context{Parent: t.Context(), OnErr: func() error {
			if r.l.Locked() {
				r.l.Unlock()
			}
			return nil
		}}
		assertMisuse(t, func() { _ = r.c.Wait(ctx) }, semaphore.ErrNotLocked)
		assert.False(t, r.l.Locked())
		waiter := r.wait(t, t.Context(), 0)
		r.with(t, func() { r.c.Notify(1) })
		waiter.assertReturned(t, nil)
	})
}

func TestCondMisuse(t *testing.T) {
	assertMisuse(t, func() { semaphore.NewCond(nil) })
	var zero semaphore.Cond
	assertMisuse(t, func() { _ = zero.Wait(t.Context()) })
	assertMisuse(t, func() { _ = zero.WaitFor(t.Context(), func() bool { return true }) })
	assertMisuse(t, func() { zero.Notify(1) })
	assertMisuse(t, zero.NotifyAll)
	r := newRoom()
	assert.True(t, r.l.TryLock())
	assertMisuse(t, func() { _ = r.c.WaitFor(t.Context(), nil) })
	assert.True(t, r.l.Locked())
}

// C-01, C-02, H8, H9, H11: a canceled waiter takes the lock again before it
// returns, however long that takes and whatever else ends meanwhile, and then
// returns the context's error.
func TestCanceledWaitReturnsWithTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		ctx, cancel := context.WithCancelCause(t.Context())
		waiter := r.wait(t, ctx, 0)
		assert.True(t, r.l.TryLock())
		other := begin(func() error { return r.l.Lock(t.Context()) })
		cancel(errWhy)
		waiter.assertBlocked(t)
		r.l.Unlock()
		other.assertReturned(t, nil)
		waiter.assertBlocked(t)
		r.l.Unlock()
		waiter.assertReturned(t, errWhy)
		assertContextError(t, ctx, waiter.err)
		assert.False(t, r.l.Locked())
		// It is out of the line: the next notification is for the next.
		next := r.wait(t, t.Context(), 1)
		r.with(t, func() { r.c.Notify(1) })
		next.assertReturned(t, nil)
	})
}

// Rule 2: a context that is done ends Wait at once, with the lock held all the
// time.
func TestWaitWithADoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		assert.True(t, r.l.TryLock())
		other := begin(func() error { return r.l.Lock(t.Context()) })
		ctx := canceled(t)
		assertContextError(t, ctx, r.c.Wait(ctx))
		assertContextError(t, ctx, r.c.WaitFor(ctx, func() bool { return false }))
		other.assertBlocked(t)
		r.l.Unlock()
		other.assertReturned(t, nil)
	})
}

// C-03, H10, H13: the receiver of a notification is canceled while it takes the
// lock again.
func TestNotificationIsPassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		ctx, cancel := context.WithCancel(t.Context())
		first := r.wait(t, ctx, 0)
		second := r.wait(t, t.Context(), 1)
		third := r.wait(t, t.Context(), 2)
		assert.True(t, r.l.TryLock())
		r.c.Notify(1)
		time.Sleep(time.Second) // the receiver waits for the lock
		cancel()
		first.assertBlocked(t)
		second.assertBlocked(t)
		r.l.Unlock()
		first.assertReturned(t, context.Canceled)
		second.assertReturned(t, nil)
		third.assertBlocked(t)
		r.with(t, r.c.NotifyAll)
	})
}

// It is passed on as often as needed.
func TestNotificationIsPassedOnTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		ctx, cancel := context.WithCancel(t.Context())
		later, cancelLater := context.WithCancel(t.Context())
		a := r.wait(t, ctx, 0)
		b := r.wait(t, later, 1)
		c := r.wait(t, t.Context(), 2)
		d := r.wait(t, t.Context(), 3)
		assert.True(t, r.l.TryLock())
		r.c.Notify(1)
		cancel()
		second := begin(func() error { return r.l.Lock(t.Context()) })
		r.l.Unlock()
		a.assertReturned(t, context.Canceled)
		second.assertReturned(t, nil)
		b.assertBlocked(t) // it has the notification now, and waits for the lock
		cancelLater()
		r.l.Unlock()
		b.assertReturned(t, context.Canceled)
		c.assertReturned(t, nil)
		d.assertBlocked(t)
		r.with(t, r.c.NotifyAll)
	})
}

// With it goes the moment of the Notify, however often it is passed on: a call
// that came later does not get it.
func TestNotificationIsTransferredOnlyToEarlierWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		ctx, cancel := context.WithCancel(t.Context())
		later, cancelLater := context.WithCancel(t.Context())
		a, b := r.wait(t, ctx, 0), r.wait(t, later, 1)
		assert.True(t, r.l.TryLock())
		r.c.Notify(1)
		cancel()
		second := begin(func() error { return r.l.Lock(t.Context()) })
		// The lock has no owner, so a third can begin to wait before the
		// receiver has it.
		late := begin(func() error {
			err := r.c.Wait(t.Context())
			r.l.Unlock()
			return err
		})
		a.assertReturned(t, context.Canceled)
		second.assertReturned(t, nil)
		b.assertBlocked(t) // it has the notification now, and waits for the lock
		cancelLater()
		r.l.Unlock()
		b.assertReturned(t, context.Canceled)
		late.assertBlocked(t)
		r.with(t, func() { r.c.Notify(1) })
		late.assertReturned(t, nil)
	})
}

// Nor does it if the first receiver is the only one.
func TestNotificationIsNotForLaterWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		ctx, cancel := context.WithCancel(t.Context())
		a := r.wait(t, ctx, 0)
		assert.True(t, r.l.TryLock())
		r.c.Notify(1)
		cancel()
		late := begin(func() error {
			err := r.c.Wait(t.Context())
			r.l.Unlock()
			return err
		})
		a.assertReturned(t, context.Canceled)
		late.assertBlocked(t)
		r.with(t, func() { r.c.Notify(1) })
		late.assertReturned(t, nil)
	})
}

// A waiter that is canceled without a notification passes nothing on.
func TestCanceledWithoutANotification(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom()
			ctx, cancel := context.WithCancel(t.Context())
			first := r.wait(t, ctx, 0)
			second := r.wait(t, t.Context(), 1)
			cancel()
			first.assertReturned(t, context.Canceled)
			second.assertBlocked(t)
			r.with(t, func() { r.c.Notify(1) })
			second.assertReturned(t, nil)
		})
	}
}

// Two notifications and one cancellation: both reach a waiter.
func TestNotifyTwoAndCancelOne(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom()
			ctx, cancel := context.WithCancel(t.Context())
			a := r.wait(t, ctx, 0)
			b := r.wait(t, t.Context(), 1)
			c := r.wait(t, t.Context(), 2)
			d := r.wait(t, t.Context(), 3)
			cancel()
			r.with(t, func() { r.c.Notify(2) })
			a.assertReturned(t, context.Canceled)
			b.assertReturned(t, nil)
			c.assertReturned(t, nil)
			d.assertBlocked(t)
			r.with(t, r.c.NotifyAll)
		})
	}
}

// C-06, C-07: WaitFor returns once the predicate is true, and a notification
// alone does not make it return.
func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		items, looked := 0, 0
		consumer := begin(func() error {
			return r.l.Do(t.Context(), func(ctx context.Context) error {
				err := r.c.WaitFor(ctx, func() bool {
					assert.True(t, r.l.Locked())
					looked++
					return items >= 2
				})
				assert.True(t, r.l.Locked())
				return err
			})
		})
		consumer.assertBlocked(t)
		for range 2 {
			consumer.assertBlocked(t)
			r.with(t, func() {
				items++
				r.c.Notify(1)
			})
		}
		consumer.assertReturned(t, nil)
		assert.Equal(t, 3, looked)
	})
}

// Rule 2: a predicate that is true is reported whatever the context says.
func TestWaitForWithATruePredicate(t *testing.T) {
	r := newRoom()
	assert.True(t, r.l.TryLock())
	assert.NoError(t, r.c.WaitFor(canceled(t), func() bool { return true }))
	assert.True(t, r.l.Locked())
}

// WaitFor looks once more under the lock before it returns an error.
func TestWaitForLooksOnceMore(t *testing.T) {
	for _, become := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom()
			ctx, cancel := context.WithCancelCause(t.Context())
			ready := false
			waiter := begin(func() error {
				return r.l.Do(t.Context(), func(context.Context) error {
					return r.c.WaitFor(ctx, func() bool { return ready })
				})
			})
			assert.True(t, r.l.TryLock())
			cancel(errWhy)
			synctest.Wait()
			ready = become
			r.l.Unlock()
			if become {
				waiter.assertReturned(t, nil)
			} else {
				waiter.assertReturned(t, errWhy)
				assertContextError(t, ctx, waiter.err)
			}
		})
	}
}

// Rule 8, C-06: whatever the predicate does, the lock is left held, and the
// caller's to release.
func TestPredicateWaysOut(t *testing.T) {
	for way, out := range waysOut {
		for name, when := range map[string]int{"at once": 1, "after a wait": 2, "at the last look": 3} {
			t.Run(way+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRoom()
					ctx, cancel := context.WithCancel(t.Context())
					looked := 0
					go func() {
						time.Sleep(time.Second)
						r.with(t, func() { r.c.Notify(1) })
						time.Sleep(time.Second)
						cancel()
					}()
					assertWayOut(t, way, func() (err error) {
						assert.True(t, r.l.TryLock())
						defer r.l.Unlock()
						defer func() { assert.True(t, r.l.Locked()) }()
						_ = r.c.WaitFor(ctx, func() bool {
							if looked++; looked == when {
								err = out()
								return true
							}
							return false
						})
						return err
					})
					assert.False(t, r.l.Locked())
					assert.Equal(t, when, looked)
					time.Sleep(time.Hour)
					other := r.wait(t, t.Context(), 0)
					r.with(t, func() { r.c.Notify(1) })
					other.assertReturned(t, nil)
				})
			})
		}
	}
}

// C-08: several conditions share a lock, and not their waiters.
func TestCondsShareALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		other := semaphore.NewCond(&r.l)
		a := r.wait(t, t.Context(), 0)
		b := begin(func() error {
			return r.l.Do(t.Context(), func(ctx context.Context) error { return other.Wait(ctx) })
		})
		r.with(t, other.NotifyAll)
		b.assertReturned(t, nil)
		a.assertBlocked(t)
		r.with(t, r.c.NotifyAll)
		a.assertReturned(t, nil)
	})
}

// C-09, H12: with a timeout in the middle of what the lock guards.
func TestWaitTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		r.with(t, func() {
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			assertContextError(t, ctx, r.c.Wait(ctx))
			assert.Equal(t, time.Minute, time.Since(start))
			assert.True(t, r.l.Locked())
		})
		assert.False(t, r.l.Locked())
	})
}

// C-10, P-74, H62: a cancellation at any moment ends the wait; run with many
// schedules, it would hang if one were missed.
func TestCancellationIsNeverMissed(t *testing.T) {
	r := newRoom()
	for range 2000 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		r.with(t, func() { assert.ErrorIs(t, r.c.Wait(ctx), context.Canceled) })
	}
}
