package inspect_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// standstill runs program in a bubble and returns the deadlocks, after which all
// is canceled.
func standstill(t *testing.T, program func(ctx context.Context, g *taskgroup.Group)) (found []inspect.Finding) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			go func() {
				time.Sleep(second)
				synctest.Wait()
				found = m.Check(inspect.Rules{Deadlock: true})
				if len(found) > 0 {
					_ = found[0].String()
				}
				cancel()
			}()
			program(ctx, g)
			return nil
		}, taskgroup.WithName("g"))
		time.Sleep(time.Minute)
	})
	return found
}

func cycle(found []inspect.Finding) (all [][]string) {
	for _, f := range found {
		all = append(all, names(f.Cycle))
	}
	return all
}

// within calls the function with a deadline, if there is to be one.
func within(ctx context.Context, limited bool, f func(ctx context.Context)) {
	if limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Hour)
		defer cancel()
	}
	f(ctx)
}

// Two locks that two tasks take crosswise: by Do, with names or without, of each
// kind.
func TestDeadlockOfTwoLocks(t *testing.T) {
	type locker interface {
		Do(ctx context.Context, fn func(ctx context.Context) error) error
	}
	crosswise := func(a, b locker, limited bool) func(ctx context.Context, g *taskgroup.Group) {
		take := func(first, second locker, limited bool) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				return first.Do(ctx, func(ctx context.Context) error {
					time.Sleep(tick)
					within(ctx, limited, func(ctx context.Context) { _ = second.Do(ctx, hangAlone) })
					return nil
				})
			}
		}
		return func(_ context.Context, g *taskgroup.Group) {
			g.Go(take(a, b, limited), taskgroup.Named("ab"))
			g.Go(take(b, a, false), taskgroup.Named("ba"))
		}
	}
	for name, pair := range map[string]func() (a, b locker){
		"locks":                func() (a, b locker) { return new(semaphore.Lock), new(semaphore.Lock) },
		"locks with names":     func() (a, b locker) { return new(semaphore.Lock).Named("a"), new(semaphore.Lock).Named("b") },
		"a lock and an RWLock": func() (a, b locker) { return new(semaphore.Lock), new(semaphore.RWLock).Named("b") },
		"semaphores":           func() (a, b locker) { return semaphore.New(1), semaphore.New(1).Named("b") },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pair()
			found := standstill(t, crosswise(a, b, false))
			assert.Equal(t, [][]string{{"ab", "ba"}}, cycle(found))
			a, b = pair()
			assert.Empty(t, standstill(t, crosswise(a, b, true)), "one with a deadline")
		})
	}
	t.Run("an outside holder", func(t *testing.T) {
		a, b := semaphore.New(2), semaphore.New(1)
		a.TryAcquire() // no node holds it: it may be released at any time
		assert.Empty(t, standstill(t, crosswise(a, b, false)))
	})
	t.Run("two permits", func(t *testing.T) {
		assert.Empty(t, standstill(t, crosswise(semaphore.New(2), semaphore.New(1), false)))
	})
	t.Run("a canceled one", func(t *testing.T) {
		a, b := new(semaphore.Lock), new(semaphore.Lock)
		assert.Empty(t, standstill(t, func(ctx context.Context, g *taskgroup.Group) {
			crosswise(a, b, false)(ctx, g)
			time.Sleep(second / 2)
			g.Stop()
		}))
	})
}

// Lock and Unlock, with names.
func TestDeadlockOfLockAndUnlock(t *testing.T) {
	crosswise := func(a, b *semaphore.Lock, limited bool) func(ctx context.Context, g *taskgroup.Group) {
		take := func(first, second *semaphore.Lock, limited bool) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				if err := first.Lock(ctx); err != nil {
					return err
				}
				defer first.Unlock()
				time.Sleep(tick)
				within(ctx, limited, func(ctx context.Context) {
					if second.Lock(ctx) == nil {
						second.Unlock()
					}
				})
				return nil
			}
		}
		return func(_ context.Context, g *taskgroup.Group) {
			g.Go(take(a, b, limited), taskgroup.Named("ab"))
			g.Go(take(b, a, false), taskgroup.Named("ba"))
		}
	}
	named := func(name string) *semaphore.Lock { return new(semaphore.Lock).Named(name) }
	assert.Equal(t, [][]string{{"ab", "ba"}}, cycle(standstill(t, crosswise(named("a"), named("b"), false))))
	assert.Empty(t, standstill(t, crosswise(named("a"), named("b"), true)))
	assert.Empty(t, standstill(t, crosswise(new(semaphore.Lock), new(semaphore.Lock), false)), "holders are not known")
}

// A task that submits to its own full group.
func TestDeadlockOfAFullGroup(t *testing.T) {
	program := func(limited bool) func(ctx context.Context, g *taskgroup.Group) {
		return func(ctx context.Context, _ *taskgroup.Group) {
			g := taskgroup.New(ctx, taskgroup.WithName("full"), taskgroup.WithLimit(1))
			g.Go(func(ctx context.Context) error {
				within(ctx, limited, func(ctx context.Context) { _ = g.Submit(ctx, hangAlone) })
				return nil
			}, taskgroup.Named("submits"))
			_ = g.Wait()
		}
	}
	assert.Contains(t, cycle(standstill(t, program(false))), []string{"submits"})
	assert.Empty(t, standstill(t, program(true)))
	assert.Empty(t, standstill(t, func(ctx context.Context, _ *taskgroup.Group) {
		g := taskgroup.New(ctx, taskgroup.WithName("roomy"), taskgroup.WithLimit(2))
		g.Go(func(ctx context.Context) error { return g.Submit(ctx, hangAlone) })
		g.Go(func(context.Context) error { time.Sleep(2 * second); return nil })
		_ = g.Wait()
	}), "another task of it runs")
}

// Two tasks that wait for each other.
func TestDeadlockOfTwoTasks(t *testing.T) {
	program := func(limited, runs bool) func(ctx context.Context, g *taskgroup.Group) {
		return func(_ context.Context, g *taskgroup.Group) {
			var a, b *taskgroup.Task[int]
			a = taskgroup.Go(g, func(ctx context.Context) (n int, err error) {
				time.Sleep(tick)
				if runs {
					go func() { _, _ = b.Wait(ctx) }()
					return 0, taskgroup.Sleep(ctx, time.Minute)
				}
				within(ctx, limited, func(ctx context.Context) { n, err = b.Wait(ctx) })
				return n, err
			}, taskgroup.Named("a"))
			b = taskgroup.Go(g, func(ctx context.Context) (int, error) {
				time.Sleep(tick)
				return a.Wait(ctx)
			}, taskgroup.Named("b"))
		}
	}
	assert.Equal(t, [][]string{{"a", "b"}}, cycle(standstill(t, program(false, false))))
	assert.Empty(t, standstill(t, program(true, false)))
	assert.Empty(t, standstill(t, program(false, true)))
}

// What looks alike and is none: consumers, conditions, streams, nested groups,
// what outlasts its parent.
func TestNoFalseDeadlocks(t *testing.T) {
	for name, program := range map[string]func(ctx context.Context, g *taskgroup.Group){
		"all calls": func(ctx context.Context, _ *taskgroup.Group) {
			_ = taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
				g.Go(hangAlone)
				_, err := taskgroup.Gather(ctx, hang, hang)
				return err
			})
		},
		"a condition within Do": func(_ context.Context, g *taskgroup.Group) {
			var l semaphore.Lock
			c := semaphore.NewCond(&l)
			for range 2 {
				g.Go(func(ctx context.Context) error { return l.Do(ctx, c.Wait) })
			}
		},
		"a shared call whose first caller has left": func(_ context.Context, g *taskgroup.Group) {
			var s taskgroup.Shared[int, int]
			var l semaphore.Lock
			g.Go(func(ctx context.Context) error {
				short, cancel := context.WithTimeout(ctx, second/2)
				defer cancel()
				_, _, _ = s.Do(short, 1, func(context.Context) (int, error) { time.Sleep(5 * second); return 0, nil })
				return l.Do(ctx, func(ctx context.Context) error { return new(semaphore.Event).Wait(ctx) })
			})
			g.Go(func(ctx context.Context) error { time.Sleep(tick); _, _, err := s.Do(ctx, 1, hang); return err })
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Empty(t, standstill(t, program)) })
	}
}
