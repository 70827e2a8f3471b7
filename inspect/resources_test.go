package inspect_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// withDefault runs f with a default monitor.
func withDefault(t *testing.T, f func(m *inspect.Monitor)) {
	t.Helper()
	before := inspect.Default() // the tests may run with one
	m := inspect.New()
	inspect.SetDefault(m)
	defer inspect.SetDefault(before)
	defer m.Close()
	f(m)
}

// line is a resource in one line.
func line(r *inspect.Resource) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", r.Kind, r.Name)
	for _, stat := range r.Stats {
		fmt.Fprintf(&b, " %s %d", stat.Name, stat.Value)
	}
	return b.String()
}

// Each kind of resource with its figures, in the fixed order, by kind and name.
func TestResources(t *testing.T) {
	withDefault(t, func(m *inspect.Monitor) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			keep := []any{}
			start := func(f func(ctx context.Context)) { go f(ctx) }

			bounded := semaphore.New(5).Named("resources bounded")
			_ = bounded.AcquireN(ctx, 3)
			start(func(ctx context.Context) { _ = bounded.AcquireN(ctx, 4) })
			counting := semaphore.NewCounting(2).Named("resources counting")
			keyed := semaphore.NewKeyed[string](1).Named("resources keyed")
			keyed.TryAcquire("a")
			keyed.TryAcquire("b")
			start(func(ctx context.Context) { _ = keyed.Acquire(ctx, "a") })
			lock := new(semaphore.Lock).Named("resources lock")
			lock.TryLock()
			start(func(ctx context.Context) { _ = lock.Lock(ctx) })
			reading := new(semaphore.RWLock).Named("resources reading")
			reading.TryRLock()
			reading.TryRLock()
			start(func(ctx context.Context) { _ = reading.Lock(ctx) })
			writing := new(semaphore.RWLock).Named("resources writing")
			writing.TryLock()
			event := new(semaphore.Event).Named("resources event")
			start(func(ctx context.Context) { _ = event.Wait(ctx) })
			set := new(semaphore.Event).Named("resources set")
			set.Set()
			var l semaphore.Lock
			l.TryLock()
			cond := semaphore.NewCond(&l).Named("resources cond")
			start(func(ctx context.Context) { _ = cond.Wait(ctx) })
			barrier := semaphore.NewBarrier(3).Named("resources barrier")
			start(func(ctx context.Context) { _, _ = barrier.Wait(ctx) })
			broken := semaphore.NewBarrier(2).Named("resources broken")
			broken.Abort()
			full := queue.New[int](2).Named("resources full")
			_, _, _ = full.TryPut(1), full.TryPut(2), full.TryPut(3)
			_, _ = full.TryGet()
			_ = full.TryPut(3)
			start(func(ctx context.Context) { _ = full.Put(ctx, 4) })
			start(func(ctx context.Context) { _ = full.Join(ctx) })
			empty := queue.New[string](0).Named("resources empty")
			start(func(ctx context.Context) { _, _ = empty.Get(ctx) })
			down := queue.New[string](0).Named("resources down")
			down.Shutdown()
			keep = append(keep, bounded, counting, keyed, lock, reading, writing, event, set, cond, barrier, broken, full, empty, down)
			synctest.Wait()

			var lines []string
			for _, r := range m.Snapshot().Resources {
				if strings.HasPrefix(r.Name, "resources ") {
					lines = append(lines, strings.Replace(line(r), "resources ", "", 1))
				}
			}
			assert.Equal(t, []string{
				`barrier "barrier" parties 3 waiting 1 broken 0`,
				`barrier "broken" parties 2 waiting 0 broken 1`,
				`cond "cond" waiting 1`,
				`event "event" set 0 waiting 1`,
				`event "set" set 1 waiting 0`,
				`keyed "keyed" keys 2 waiting 1`,
				`lock "lock" held 1 waiting 1`,
				`queue "down" len 0 cap 0 unfinished 0 getting 0 putting 0 joining 0 down 1`,
				`queue "empty" len 0 cap 0 unfinished 0 getting 1 putting 0 joining 0 down 0`,
				`queue "full" len 2 cap 2 unfinished 3 getting 0 putting 1 joining 1 down 0`,
				`rwlock "reading" readers 2 writer 0 waiting 1`,
				`rwlock "writing" readers 0 writer 1 waiting 0`,
				`semaphore "bounded" limit 5 held 3 free 2 waiting 1`,
				`semaphore "counting" limit 0 held 0 free 2 waiting 0`,
			}, lines)
			runtime.KeepAlive(keep)
			cancel()
			synctest.Wait()
		})
	})
}

// Another monitor than the default one shows what its nodes wait for or hold,
// with a name or without.
func TestResourcesOfOtherMonitors(t *testing.T) {
	hidden := semaphore.New(1).Named("hidden")
	s := see(t, func(ctx context.Context, _ *taskgroup.Group) {
		_ = new(semaphore.Lock).Do(ctx, func(ctx context.Context) error {
			_, err := queue.New[int](0).Named("q").Get(ctx)
			return err
		})
	})
	var lines []string
	for _, r := range s.Resources {
		lines = append(lines, line(r))
	}
	assert.Equal(t, []string{
		`lock "" held 1 waiting 0`,
		`queue "q" len 0 cap 0 unfinished 0 getting 1 putting 0 joining 0 down 0`,
	}, lines)
	runtime.KeepAlive(hidden)
}

// Named again renames, two may have the same name, and Named returns its
// receiver.
func TestNamedAgain(t *testing.T) {
	withDefault(t, func(m *inspect.Monitor) {
		a, b := semaphore.New(1), semaphore.New(2)
		assert.Same(t, a, a.Named("again: old"))
		assert.Same(t, a, a.Named("again: new"))
		b.Named("again: new")
		var found []string
		for _, r := range m.Snapshot().Resources {
			if strings.HasPrefix(r.Name, "again: ") {
				found = append(found, line(r))
			}
		}
		assert.Equal(t, []string{
			`semaphore "again: new" limit 1 held 0 free 1 waiting 0`,
			`semaphore "again: new" limit 2 held 0 free 2 waiting 0`,
		}, found)
		runtime.KeepAlive([]any{a, b})
	})
}

var (
	packageLock  semaphore.Lock
	packageEvent semaphore.Event
	packageSem   semaphore.Semaphore
	packageRW    = struct {
		n int
		l semaphore.RWLock
	}{}
)

type service struct {
	_    [3]int
	lock semaphore.Lock
	jobs queue.Queue[int]
	sem  semaphore.Semaphore
}

// Names are weak: what is collected leaves. A package variable or a field of a
// larger struct may have one, too.
func TestNamesAreWeak(t *testing.T) {
	withDefault(t, func(m *inspect.Monitor) {
		count := func(name string) (n int) {
			for _, r := range m.Snapshot().Resources {
				if r.Name == name {
					n++
				}
			}
			return n
		}
		packageLock.Named("weak: package")
		packageEvent.Named("weak: package")
		packageSem.Named("weak: package")
		packageRW.l.Named("weak: package")
		x := &service{}
		x.lock.Named("weak: field")
		x.sem.Named("weak: field")
		x.jobs.Named("weak: field")
		gone := semaphore.New(1).Named("weak: gone")
		var onStack semaphore.Lock
		onStack.Named("weak: gone")
		for range 10 {
			runtime.GC()
		}
		assert.Equal(t, 4, count("weak: package"))
		assert.Equal(t, 3, count("weak: field"))
		assert.Equal(t, 2, count("weak: gone"))
		runtime.KeepAlive(gone)
		runtime.KeepAlive(&onStack)
		runtime.KeepAlive(x)
		for deadline := time.Now().Add(30 * time.Second); count("weak: field")+count("weak: gone") > 0; {
			if time.Now().After(deadline) {
				t.Fatal("still there")
			}
			runtime.GC()
		}
		assert.Equal(t, 4, count("weak: package"))
	})
}

// Named may be called while the value is in use.
func TestNamedWhileInUse(t *testing.T) {
	withDefault(t, func(m *inspect.Monitor) {
		var l semaphore.Lock
		var rw semaphore.RWLock
		var e semaphore.Event
		q := queue.New[int](1)
		k := semaphore.NewKeyed[int](1)
		ctx := t.Context()
		var all sync.WaitGroup
		for range 4 {
			for _, f := range []func(){
				func() { l.Named("used"); rw.Named("used"); e.Named("used"); q.Named("used"); k.Named("used") },
				func() { _ = l.Do(ctx, func(context.Context) error { return nil }); _ = l.Lock(ctx); l.Unlock() },
				func() { _ = rw.Lock(ctx); rw.Unlock(); _ = rw.RDo(ctx, func(context.Context) error { return nil }) },
				func() { _ = q.Put(ctx, 1); _, _ = q.Get(ctx); e.Set(); _ = e.Wait(ctx) },
				func() { _ = k.Do(ctx, 1, func(context.Context) error { return nil }) },
				func() { m.Snapshot(); inspect.New().Close() },
			} {
				all.Go(func() {
					for range 100 {
						f()
					}
				})
			}
		}
		all.Wait()
		assert.False(t, l.Locked())
		assert.True(t, l.TryLock())
		assert.True(t, rw.TryLock())
	})
}
