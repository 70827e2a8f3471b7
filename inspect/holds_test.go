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

// What a task is known to hold.
func TestHolds(t *testing.T) {
	lock := func(name string) inspect.Wait {
		return inspect.Wait{What: inspect.WaitLock, Name: name, Age: second}
	}
	for name, test := range map[string]struct {
		program func(ctx context.Context)
		want    []inspect.Wait
	}{
		"Semaphore.Do": {
			func(ctx context.Context) { _ = semaphore.New(2).Named("db").Do(ctx, hangAlone) },
			[]inspect.Wait{{What: inspect.WaitSemaphore, Name: "db", N: 1, Age: second}},
		},
		"Use": {
			func(ctx context.Context) { _, _ = semaphore.Use(ctx, semaphore.New(2), hang) },
			[]inspect.Wait{{What: inspect.WaitSemaphore, N: 1, Age: second}},
		},
		"Use of another type": {
			func(ctx context.Context) { _, _ = semaphore.Use(ctx, foreign{}, hang) },
			nil,
		},
		"Keyed.Do": {
			func(ctx context.Context) { _ = semaphore.NewKeyed[string](1).Named("hosts").Do(ctx, "a", hangAlone) },
			[]inspect.Wait{{What: inspect.WaitKeyed, Name: "hosts", Key: "a", N: 1, Age: second}},
		},
		"Lock.Do": {
			func(ctx context.Context) { _ = new(semaphore.Lock).Do(ctx, hangAlone) },
			[]inspect.Wait{lock("")},
		},
		"Lock.Do with a name": {
			func(ctx context.Context) { _ = new(semaphore.Lock).Named("l").Do(ctx, hangAlone) },
			[]inspect.Wait{lock("l")},
		},
		"Lock.Lock without a name": {
			func(ctx context.Context) { _ = new(semaphore.Lock).Lock(ctx); _ = hangAlone(ctx) },
			nil,
		},
		"Lock.Lock": {
			func(ctx context.Context) { _ = new(semaphore.Lock).Named("l").Lock(ctx); _ = hangAlone(ctx) },
			[]inspect.Wait{lock("l")},
		},
		"Lock.TryLock": {
			func(ctx context.Context) { new(semaphore.Lock).Named("l").TryLock(); _ = hangAlone(ctx) },
			nil,
		},
		"Lock.Lock after TryLock": {
			func(ctx context.Context) {
				l := locked()
				l.Unlock()
				_ = l.Lock(ctx)
				_ = hangAlone(ctx)
			},
			[]inspect.Wait{lock("l")},
		},
		"Lock.Unlock": {
			func(ctx context.Context) {
				l := new(semaphore.Lock).Named("l")
				_ = l.Lock(ctx)
				l.Unlock()
				_ = hangAlone(ctx)
			},
			nil,
		},
		"Lock.Unlock by another goroutine": {
			func(ctx context.Context) {
				l := new(semaphore.Lock).Named("l")
				_ = l.Lock(ctx)
				go l.Unlock()
				_ = hangAlone(ctx)
			},
			nil,
		},
		"a lock that is passed on": {
			func(ctx context.Context) {
				l := locked()
				time.AfterFunc(second/2, l.Unlock)
				_ = l.Lock(ctx)
				_ = hangAlone(ctx)
			},
			[]inspect.Wait{{What: inspect.WaitLock, Name: "l", Age: second / 2}},
		},
		"a lock without a context of a node": {
			func(ctx context.Context) {
				l := new(semaphore.Lock).Named("l")
				_ = l.Lock(context.Background())
				_ = hangAlone(ctx)
			},
			nil,
		},
		"a lock that is not had": {
			func(ctx context.Context) {
				short, cancel := context.WithTimeout(ctx, second/2)
				defer cancel()
				_ = locked().Do(short, hangAlone)
				_ = hangAlone(ctx)
			},
			nil,
		},
		"RWLock.Do": {
			func(ctx context.Context) { _ = new(semaphore.RWLock).Do(ctx, hangAlone) },
			[]inspect.Wait{lock("")},
		},
		"RWLock.Do with a name": {
			func(ctx context.Context) { _ = new(semaphore.RWLock).Named("rw").Do(ctx, hangAlone) },
			[]inspect.Wait{lock("rw")},
		},
		"RWLock.Lock": {
			func(ctx context.Context) { _ = new(semaphore.RWLock).Named("rw").Lock(ctx); _ = hangAlone(ctx) },
			[]inspect.Wait{lock("rw")},
		},
		"RWLock.Unlock": {
			func(ctx context.Context) {
				l := new(semaphore.RWLock).Named("rw")
				_ = l.Lock(ctx)
				l.Unlock()
				_ = hangAlone(ctx)
			},
			nil,
		},
		"RWLock.RDo": {
			func(ctx context.Context) { _ = new(semaphore.RWLock).Named("rw").RDo(ctx, hangAlone) },
			[]inspect.Wait{{What: inspect.WaitRLock, Name: "rw", Age: second}},
		},
		"RWLock.RLock": {
			func(ctx context.Context) { _ = new(semaphore.RWLock).Named("rw").RLock(ctx); _ = hangAlone(ctx) },
			nil,
		},
		"permits by Acquire": {
			func(ctx context.Context) { _ = semaphore.New(1).Named("db").Acquire(ctx); _ = hangAlone(ctx) },
			nil,
		},
		"several": {
			func(ctx context.Context) {
				_ = new(semaphore.Lock).Named("a").Do(ctx, func(ctx context.Context) error {
					time.Sleep(second / 2)
					return semaphore.New(1).Named("b").Do(ctx, hangAlone)
				})
			},
			[]inspect.Wait{lock("a"), {What: inspect.WaitSemaphore, Name: "b", N: 1, Age: second / 2}},
		},
		"a panic in Do": {
			func(ctx context.Context) {
				func() {
					defer func() { _ = recover() }()
					_ = new(semaphore.Lock).Do(ctx, func(context.Context) error { panic("boom") })
				}()
				_ = hangAlone(ctx)
			},
			nil,
		},
		"a lock named while it is held by Do": {
			func(ctx context.Context) {
				var l semaphore.Lock
				_ = l.Do(ctx, func(ctx context.Context) error {
					l.Named("late")
					return taskgroup.Sleep(ctx, second/2)
				})
				_ = l.Lock(ctx)
				_ = hangAlone(ctx)
			},
			[]inspect.Wait{{What: inspect.WaitLock, Name: "late", Age: second / 2}},
		},
		"Cond.Wait within Do": {
			func(ctx context.Context) {
				var l semaphore.Lock
				_ = l.Do(ctx, semaphore.NewCond(&l).Wait)
			},
			nil,
		},
		"Cond.Wait within Do, in a call": {
			func(ctx context.Context) {
				var l semaphore.Lock
				c := semaphore.NewCond(&l)
				_ = l.Do(ctx, func(ctx context.Context) error {
					_, err := taskgroup.Gather(ctx, taskgroup.NoValue(c.Wait))
					return err
				})
			},
			nil,
		},
		"Cond.Wait with a name": {
			func(ctx context.Context) {
				l := new(semaphore.Lock).Named("l")
				_ = l.Do(ctx, semaphore.NewCond(l).Wait)
			},
			nil,
		},
		"after a Cond.Wait within Do": {
			func(ctx context.Context) { _ = new(semaphore.Lock).Do(ctx, afterWait(new(semaphore.Lock))) },
			[]inspect.Wait{lock(""), {What: inspect.WaitLock, Age: second / 2}},
		},
		"after a Cond.Wait with a name": {
			func(ctx context.Context) {
				_ = new(semaphore.Lock).Do(ctx, afterWait(new(semaphore.Lock).Named("l")))
			},
			[]inspect.Wait{lock(""), {What: inspect.WaitLock, Name: "l", Age: second / 2}},
		},
		"a Do that ends during a Cond.Wait": {
			func(ctx context.Context) {
				var l semaphore.Lock
				c := semaphore.NewCond(&l)
				inner, cancel := context.WithCancel(ctx)
				waited := make(chan struct{})
				_ = l.Do(ctx, func(context.Context) error {
					go func() {
						defer close(waited)
						_ = c.Wait(inner)
					}()
					synctest.Wait()
					l.TryLock()
					return nil
				})
				cancel()
				<-waited
				l.Unlock()
				_ = hangAlone(ctx)
			},
			nil,
		},
		"Cond.Wait without the lock": {
			func(ctx context.Context) {
				l := new(semaphore.Lock).Named("l")
				func() {
					defer func() { assert.NotNil(t, recover()) }()
					_ = semaphore.NewCond(l).Wait(ctx)
				}()
				_ = hangAlone(ctx)
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := see(t, func(ctx context.Context, _ *taskgroup.Group) { test.program(ctx) })
			assert.Equal(t, test.want, find(t, s, "program").Holds, s.String())
		})
	}
}

// afterWait waits at a condition of l for half a second, by Do, and then holds
// l.
func afterWait(l *semaphore.Lock) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return l.Do(ctx, func(ctx context.Context) error {
			c := semaphore.NewCond(l)
			time.AfterFunc(second/2, func() {
				l.TryLock()
				c.Notify(1)
				l.Unlock()
			})
			_ = c.Wait(ctx)
			return hangAlone(ctx)
		})
	}
}

type foreign struct{}

func (foreign) Acquire(context.Context) error { return nil }
func (foreign) Release()                      {}

// A monitor that is opened while a lock is held does not know by what, and knows
// the next one; and the lock works on when the monitor is closed.
func TestMonitorOpenedWhileALockIsHeld(t *testing.T) {
	for name, l := range map[string]interface {
		Lock(ctx context.Context) error
		TryLock() bool
		Unlock()
	}{
		"lock":   new(semaphore.Lock).Named("l"),
		"rwlock": new(semaphore.RWLock).Named("l"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_ = l.Lock(t.Context())
				for range 3 {
					m := inspect.New()
					unlock := make(chan struct{})
					task := taskgroup.Start(m.Context(t.Context()), func(ctx context.Context) (int, error) {
						_ = l.Lock(ctx)
						<-unlock
						l.Unlock()
						return 0, nil
					}, taskgroup.Named("next"))
					synctest.Wait()
					assert.Equal(t, []inspect.What{inspect.WaitLock}, whats(m.Snapshot().Nodes[0].Waits))
					l.Unlock()
					synctest.Wait()
					assert.Equal(t, []inspect.What{inspect.WaitLock}, whats(m.Snapshot().Nodes[0].Holds))
					m.Close()
					assert.False(t, l.TryLock(), "held while the monitor closes")
					close(unlock)
					_, _ = task.Wait(t.Context())
					assert.True(t, l.TryLock())
				}
				l.Unlock()
			})
		})
	}
}
