package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// exclusive is one way of holding something that one call at a time can have, as
// a monitor prints it.
type exclusive struct {
	do       func(ctx context.Context, fn func(ctx context.Context) error) error
	prints   string
	resource string // its line, while it is held and a call waits
}

func exclusives() map[string]exclusive {
	sem, named := semaphore.New(1), semaphore.New(1).Named("db")
	used := semaphore.New(1)
	keyed := semaphore.NewKeyed[string](1).Named("hosts")
	var lock, namedLock, locked semaphore.Lock
	var rw, namedRW, lockedRW, reader semaphore.RWLock
	namedLock.Named("l")
	locked.Named("l")
	namedRW.Named("rw")
	lockedRW.Named("rw")
	return map[string]exclusive{
		"Semaphore.Do": {sem.Do, "semaphore", `semaphore limit 1 held 1 free 0 waiting 1`},
		"named":        {named.Do, `semaphore "db"`, `semaphore limit 1 held 1 free 0 waiting 1`},
		"Use": {func(ctx context.Context, fn func(ctx context.Context) error) error {
			_, err := semaphore.Use(ctx, used, func(ctx context.Context) (int, error) { return 0, fn(ctx) })
			return err
		}, "semaphore", `semaphore limit 1 held 1 free 0 waiting 1`},
		"Keyed.Do": {func(ctx context.Context, fn func(ctx context.Context) error) error {
			return keyed.Do(ctx, "a", fn)
		}, `keyed "hosts"[a]`, `keyed keys 1 waiting 1`},
		"Lock.Do":       {lock.Do, "lock", `lock held 1 waiting 1`},
		"Lock.Do, name": {namedLock.Do, `lock "l"`, `lock held 1 waiting 1`},
		"Lock.Lock": {func(ctx context.Context, fn func(ctx context.Context) error) error {
			if err := locked.Lock(ctx); err != nil {
				return err
			}
			defer locked.Unlock()
			return fn(ctx)
		}, `lock "l"`, `lock held 1 waiting 1`},
		"RWLock.Do":       {rw.Do, "lock", `rwlock readers 0 writer 1 waiting 1`},
		"RWLock.Do, name": {namedRW.Do, `lock "rw"`, `rwlock readers 0 writer 1 waiting 1`},
		"RWLock.Lock": {func(ctx context.Context, fn func(ctx context.Context) error) error {
			if err := lockedRW.Lock(ctx); err != nil {
				return err
			}
			defer lockedRW.Unlock()
			return fn(ctx)
		}, `lock "rw"`, `rwlock readers 0 writer 1 waiting 1`},
		"RWLock.RDo": {func(ctx context.Context, fn func(ctx context.Context) error) error {
			first := reader.TryLock() // so that one call waits, and one has it
			if first {
				reader.Unlock()
				return reader.RDo(ctx, fn)
			}
			return reader.Do(ctx, fn)
		}, "rlock", `rwlock readers 1 writer 0 waiting 1`},
	}
}

// What Do and its like hold and wait for is seen for exactly as long, however
// they end, and they do what they do without a monitor.
func TestWatchedDo(t *testing.T) {
	for name, x := range exclusives() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				ctx := m.Context(t.Context())
				errEnd := errors.New("end")
				begin := func(ctx context.Context, name string, fn func(ctx context.Context) error) *taskgroup.Task[int] {
					task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) { return 0, x.do(ctx, fn) }, taskgroup.Named(name))
					synctest.Wait()
					return task
				}
				waits := func(name string) []inspect.Wait { return m.Snapshot().Find(name).Waits }
				holds := func(name string) []inspect.Wait { return m.Snapshot().Find(name).Holds }
				sleep := func(context.Context) error {
					time.Sleep(3 * time.Second)
					return errEnd
				}

				first := begin(ctx, "first", sleep)
				canceled, cancel := context.WithCancel(ctx)
				second := begin(canceled, "second", sleep)
				time.Sleep(time.Second)
				assert.Len(t, holds("first"), 1)
				assert.Equal(t, x.prints, holds("first")[0].String())
				assert.Equal(t, time.Second, holds("first")[0].Age)
				assert.Len(t, waits("second"), 1)
				assert.Equal(t, time.Second, waits("second")[0].Age)
				assert.Empty(t, holds("second"))
				assert.Len(t, m.Snapshot().Resources, 1)
				assert.Equal(t, x.resource, resourceLine(m.Snapshot().Resources[0]))
				cancel()
				synctest.Wait()
				assert.ErrorIs(t, second.Err(), context.Canceled)

				third := begin(ctx, "third", func(context.Context) error {
					runtime.Goexit()
					return nil
				})
				_, err := first.Wait(t.Context())
				assert.ErrorIs(t, err, errEnd)
				_, err = third.Wait(t.Context())
				assert.ErrorIs(t, err, taskgroup.ErrGoexit)
				assert.NoError(t, x.do(ctx, func(context.Context) error { return nil }), "without a node")
				assert.ErrorIs(t, x.do(canceled, sleep), context.Canceled)
				synctest.Wait()
				assert.Empty(t, m.Snapshot().Nodes)
			})
		})
	}
}

// A named lock passes on its holder in order, whatever waits for it, and however
// it is taken.
func TestWatchedHolders(t *testing.T) {
	for name, l := range map[string]interface {
		Lock(ctx context.Context) error
		TryLock() bool
		Unlock()
	}{
		"Lock":   new(semaphore.Lock).Named("l"),
		"RWLock": new(semaphore.RWLock).Named("l"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := inspect.New()
				defer m.Close()
				holders := func() (names []string) {
					for _, n := range m.Snapshot().Nodes {
						if len(n.Holds) > 0 {
							names = append(names, n.Name)
						}
					}
					return names
				}
				assert.True(t, l.TryLock())
				for _, name := range []string{"a", "b", "c"} {
					taskgroup.Start(m.Context(t.Context()), func(ctx context.Context) (int, error) {
						if err := l.Lock(ctx); err != nil {
							return 0, err
						}
						time.Sleep(time.Second)
						go l.Unlock()
						time.Sleep(10 * time.Second)
						return 0, nil
					}, taskgroup.Named(name))
					synctest.Wait()
				}
				assert.Empty(t, holders(), "TryLock has no context")
				assert.False(t, l.TryLock())
				l.Unlock()
				for _, name := range []string{"a", "b", "c"} {
					time.Sleep(time.Millisecond)
					assert.Equal(t, []string{name}, holders())
					time.Sleep(time.Second - time.Millisecond)
					synctest.Wait()
				}
				assert.Empty(t, holders())
				assert.NoError(t, l.Lock(context.Background()))
				assert.Empty(t, holders(), "no node")
				l.Unlock()
				assert.Panics(t, l.Unlock)
				time.Sleep(time.Minute)
			})
		})
	}
}

// While a call waits at a condition it does not hold the lock; when it returns,
// it does again, whether or not it was notified.
func TestWatchedCond(t *testing.T) {
	for _, named := range []bool{false, true} {
		for _, canceled := range []bool{false, true} {
			t.Run(fmt.Sprint(named, canceled), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := inspect.New()
					defer m.Close()
					var l semaphore.Lock
					if named {
						l.Named("l")
					}
					c := semaphore.NewCond(&l)
					ctx, cancel := context.WithCancel(m.Context(t.Context()))
					defer cancel()
					task := taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
						return 0, l.Do(ctx, func(ctx context.Context) error {
							err := c.Wait(ctx)
							time.Sleep(2 * time.Second)
							return err
						})
					})
					time.Sleep(time.Second)
					n := m.Snapshot().Nodes[0]
					assert.Empty(t, n.Holds)
					assert.Equal(t, []inspect.Wait{{What: inspect.WaitCond, Age: time.Second}}, n.Waits)
					if canceled {
						cancel()
					} else {
						assert.True(t, l.TryLock())
						c.NotifyAll()
						l.Unlock()
					}
					time.Sleep(time.Second)
					n = m.Snapshot().Nodes[0]
					assert.Empty(t, n.Waits)
					assert.Len(t, n.Holds, 1)
					assert.Equal(t, time.Second, n.Holds[0].Age)
					_, err := task.Wait(t.Context())
					assert.Equal(t, canceled, err != nil)
					assert.False(t, l.Locked())
				})
			})
		}
	}
}

var watchedRuns atomic.Int64

// The states of those that have two.
func TestWatchedResources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		before := inspect.Default()
		inspect.SetDefault(m)
		defer inspect.SetDefault(before)
		name := fmt.Sprint("watched ", watchedRuns.Add(1)) // no other run's, which may not have been collected
		var e semaphore.Event
		e.Named(name)
		b := semaphore.NewBarrier(2).Named(name)
		c := semaphore.NewCond(new(semaphore.Lock)).Named(name)
		k := semaphore.NewKeyed[int](1).Named(name)
		lines := func() (all []string) {
			for _, r := range m.Snapshot().Resources {
				if r.Name == name {
					all = append(all, resourceLine(r))
				}
			}
			return all
		}
		assert.Equal(t, []string{"barrier parties 2 waiting 0 broken 0", "cond waiting 0", "event set 0 waiting 0", "keyed keys 0 waiting 0"}, lines())
		e.Set()
		b.Abort()
		k.TryAcquire(1)
		assert.Equal(t, []string{"barrier parties 2 waiting 0 broken 1", "cond waiting 0", "event set 1 waiting 0", "keyed keys 1 waiting 0"}, lines())
		assert.Equal(t, 0, c.Waiting())
		k.Release(1)
	})
}

// A deadlock of two keys is found by what holds each.
func TestWatchedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New()
		defer m.Close()
		k := semaphore.NewKeyed[string](1).Named("hosts")
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		for _, keys := range [][2]string{{"a", "b"}, {"b", "a"}} {
			taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
				return 0, k.Do(ctx, keys[0], func(ctx context.Context) error {
					time.Sleep(time.Second)
					return k.Do(ctx, keys[1], func(context.Context) error { return nil })
				})
			}, taskgroup.Named(keys[0]))
		}
		synctest.Wait()
		assert.Empty(t, m.Check(inspect.Rules{Deadlock: true}))
		time.Sleep(time.Second)
		synctest.Wait()
		found := m.Check(inspect.Rules{Deadlock: true})
		assert.Len(t, found, 1)
		assert.Len(t, found[0].Cycle, 2)
		cancel()
		synctest.Wait()
		assert.Empty(t, k.Len())
	})
}

func resourceLine(r *inspect.Resource) string {
	text := r.Kind
	for _, stat := range r.Stats {
		text += " " + stat.Name + " " + string(rune('0'+stat.Value))
	}
	return text
}
