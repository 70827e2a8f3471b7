package taskgroup_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// the handles themselves, in order of completion, also those
// that failed.
func TestSetOrderOfCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		tasks := ending(t, 3*ms, 1*ms, 2*ms)
		tasks = append(tasks, endsAfter(t, 4*ms, 0, errOwn))
		s := taskgroup.NewSet(tasks...)
		for i, want := range []int{1, 2, 0, 3} {
			assert.Equal(t, 4-i, s.Len())
			got, err := s.Next(t.Context())
			assert.NoError(t, err)
			assert.Same(t, tasks[want], got)
			assert.Equal(t, time.Duration(i+1)*ms, time.Since(begin))
		}
		assert.Zero(t, s.Len())
		got, err := s.Next(t.Context())
		assert.Same(t, taskgroup.ErrNoTasks, err)
		assert.Nil(t, got)
	})
}

// One end that causes another comes before it, however the one is learnt of and
// however soon the other follows.
func TestSetOrderOfCauseAndEffect(t *testing.T) {
	for name, learn := range map[string]func(ctx context.Context, t *task){
		"Wait":             func(_ context.Context, t *task) { _, _ = t.Wait(context.Background()) },
		"cancellable Wait": func(ctx context.Context, t *task) { _, _ = t.Wait(ctx) },
		"Done":             func(_ context.Context, t *task) { <-t.Done() },
		"Err": func(_ context.Context, t *task) {
			for errors.Is(t.Err(), taskgroup.ErrNotDone) {
				runtime.Gosched()
			}
		},
		"Set": func(ctx context.Context, t *task) { _, _ = taskgroup.NewSet(t).Next(ctx) },
		"wait": func(ctx context.Context, t *task) {
			_, _, _ = taskgroup.Wait(ctx, taskgroup.FirstCompleted, t)
		},
	} {
		for range 50 {
			begin := taskgroup.NewFuture[int]()
			ctx, cancel := context.WithCancel(t.Context())
			tasks := make([]*task, 20)
			for i := range tasks {
				tasks[i] = taskgroup.Start(ctx, func(ctx context.Context) (int, error) {
					if i == 0 {
						return begin.Wait(ctx)
					}
					learn(ctx, tasks[i-1])
					return i, nil
				})
			}
			s := taskgroup.NewSet(tasks...)
			begin.Resolve(0)
			for i := range tasks {
				task, err := s.Next(ctx)
				require.NoError(t, err)
				require.Same(t, tasks[i], task, name)
			}
			cancel()
		}
	}
}

// What has ended when it is added comes in the order in which it was added; what
// ends later comes in that order, even if no call is waiting.
func TestSetOrderOfWhatIsReady(t *testing.T) {
	fs := make([]*future, 6)
	for i := range fs {
		fs[i] = taskgroup.NewFuture[int]()
	}
	fs[3].Resolve(3)
	fs[1].Resolve(1)
	var s taskgroup.Set[*future] // the zero value is ready to use
	s.Add(fs...)
	fs[5].Resolve(5)
	fs[0].Resolve(0)
	fs[4].Resolve(4)
	fs[2].Resolve(2)
	for _, want := range []int{1, 3, 5, 0, 4, 2} {
		f, err := s.Next(t.Context())
		assert.NoError(t, err)
		assert.Same(t, fs[want], f)
	}
}

// A handle that is in it twice is handed out once; added again later, again.
func TestSetDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := taskgroup.NewFuture[int]()
		ctx, cancel := context.WithCancel(t.Context())
		s := taskgroup.NewSet[taskgroup.Awaitable](f, f, ctx, ctx)
		s.Add(f, ctx)
		assert.Equal(t, 2, s.Len())
		f.Resolve(1)
		s.Add(f) // ready, not handed out
		assert.Equal(t, 2, s.Len())
		for range 3 {
			got, err := s.Next(t.Context())
			assert.NoError(t, err)
			assert.Same(t, f, got)
			assert.Equal(t, 1, s.Len())
			s.Add(f, f)
		}
		_, _ = s.Next(t.Context())
		cancel()
		for range 3 {
			got, err := s.Next(t.Context())
			assert.NoError(t, err)
			assert.Same(t, ctx, got)
			assert.Zero(t, s.Len())
			s.Add(ctx)
		}
	})
}

// Rule 4: the context ends the wait, takes nothing, and nothing is lost.
func TestSetNextContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		f := taskgroup.NewFuture[int]()
		s := taskgroup.NewSet(f)
		ctx, cancel := context.WithTimeoutCause(t.Context(), ms, why)
		defer cancel()
		for range 2 { // while it waits, and before
			got, err := s.Next(ctx)
			assert.Nil(t, got)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, why)
		}
		assert.Equal(t, 1, s.Len())
		f.Resolve(1)
		got, err := s.Next(ctx)
		assert.NoError(t, err, "rule 2: what has happened is reported whatever the context says")
		assert.Same(t, f, got)
		_, err = s.Next(ctx)
		assert.Same(t, taskgroup.ErrNoTasks, err)
	})
}

// Also a foreign handle, whose watcher may not have run yet.
func TestSetNextDoneContextForeign(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			foreign, end := context.WithCancel(t.Context())
			ctx, cancel := context.WithCancel(t.Context())
			s := taskgroup.NewSet[taskgroup.Awaitable](taskgroup.NewFuture[int](), foreign)
			end()
			cancel()
			got, err := s.Next(ctx)
			assert.NoError(t, err)
			assert.Same(t, foreign, got)
			assert.Equal(t, 1, s.Len())
			synctest.Wait() // the watcher is late
			_, err = s.Next(ctx)
			assert.ErrorIs(t, err, context.Canceled)
		})
	}
}

// Nor is a task's own end reported after that of a context which ended later,
// however the caller has learnt of it.
func TestSetNextAfterTheEndIsKnown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 5000 {
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) { return 1, nil })
		s := taskgroup.NewSet(task)
		for errors.Is(task.Err(), taskgroup.ErrNotDone) {
			runtime.Gosched()
		}
		got, err := s.Next(ctx)
		assert.NoError(t, err)
		assert.Same(t, task, got)
	}
}

// Rule 3: delivery wins a tie, in both orders nothing is lost or doubled.
func TestSetNextTie(t *testing.T) {
	for _, endFirst := range []bool{true, false} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				f := taskgroup.NewFuture[int]()
				foreign, end := context.WithCancel(t.Context())
				for _, test := range []struct {
					handle taskgroup.Awaitable
					end    func()
				}{{f, func() { f.Resolve(1) }}, {foreign, end}} {
					s := taskgroup.NewSet(test.handle)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					go func() {
						got, err := s.Next(ctx)
						if endFirst || err == nil {
							assert.NoError(t, err)
							assert.Same(t, test.handle, got)
							assert.Zero(t, s.Len())
							return
						}
						assert.ErrorIs(t, err, context.Canceled)
						assert.Nil(t, got)
						got, err = s.Next(context.Background())
						assert.NoError(t, err)
						assert.Same(t, test.handle, got)
					}()
					synctest.Wait()
					if endFirst {
						test.end()
						cancel()
					} else {
						cancel()
						test.end()
					}
					synctest.Wait()
				}
			})
		}
	}
}

// Rule 6: several calls are served in the order in which they came; those for
// whom nothing is left get ErrNoTasks.
func TestSetSeveralCallsOfNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := []*future{taskgroup.NewFuture[int](), taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()}
		s := taskgroup.NewSet(fs...)
		got := make([]*future, 6)
		errs := make([]error, 6)
		gaveUp, giveUp := context.WithCancel(t.Context())
		for i := range got {
			ctx := t.Context()
			if i == 1 {
				ctx = gaveUp
			}
			go func() { got[i], errs[i] = s.Next(ctx) }()
			synctest.Wait()
		}
		giveUp()
		synctest.Wait()
		for _, f := range fs {
			f.Resolve(1)
		}
		synctest.Wait()
		assertHandles(t, []*future{fs[0], nil, fs[1], fs[2], nil, nil}, got)
		assert.ErrorIs(t, errs[1], context.Canceled)
		for i, want := range []error{nil, context.Canceled, nil, nil, taskgroup.ErrNoTasks, taskgroup.ErrNoTasks} {
			assert.ErrorIs(t, errs[i], want)
		}
	})
}

// What is added while a call waits may be what it gets.
func TestSetAddWhileNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never, ended := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
		ended.Resolve(1)
		s := taskgroup.NewSet(never)
		go func() {
			got, err := s.Next(t.Context())
			assert.NoError(t, err)
			assert.Same(t, ended, got)
		}()
		synctest.Wait()
		s.Add(ended)
		synctest.Wait()
		assert.Equal(t, 1, s.Len())
	})
}

func TestSetRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pending, ready, other := taskgroup.NewFuture[int](), taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
		ready.Resolve(1)
		foreign, cancel := context.WithCancel(t.Context())
		s := taskgroup.NewSet[taskgroup.Awaitable](pending, ready, foreign, other)
		s.Remove(ready, pending, foreign, pending, taskgroup.NewFuture[int]())
		assert.Equal(t, 1, s.Len())
		pending.Resolve(1)
		cancel()
		synctest.Wait()

		go func() {
			_, err := s.Next(t.Context())
			assert.Same(t, taskgroup.ErrNoTasks, err, "it has become empty")
		}()
		synctest.Wait()
		s.Remove(other)
		synctest.Wait()
		assert.Zero(t, s.Len())

		s.Add(ready, foreign, pending)
		for _, want := range []taskgroup.Awaitable{ready, foreign, pending} {
			got, err := s.Next(t.Context())
			assert.NoError(t, err)
			assert.Same(t, want, got)
		}
		other.Resolve(1)
		assert.Zero(t, s.Len())

		s.Add(other)
		assertMisuse(t, func() { s.Remove(other, nil) })
		assertMisuse(t, func() { s.Remove(other, uncomparable{}) })
		assert.Equal(t, 1, s.Len(), "it was left as it was")
	})
}

// Of several sets that wait for the same handle, any one may be given up.
func TestSetRemoveIsNothingToOthers(t *testing.T) {
	for gone := range 3 {
		synctest.Test(t, func(t *testing.T) {
			f := taskgroup.NewFuture[int]()
			sets := []*taskgroup.Set[*future]{taskgroup.NewSet(f), taskgroup.NewSet(f), taskgroup.NewSet(f)}
			sets[gone].Remove(f)
			f.Resolve(1)
			for i, s := range sets {
				got, err := s.Next(t.Context())
				if i == gone {
					assert.Same(t, taskgroup.ErrNoTasks, err)
				} else {
					assert.NoError(t, err)
					assert.Same(t, f, got)
				}
			}
		})
	}
}

// Rule 11: neither the set nor its handles hold on to what is gone.
func TestSetForgets(t *testing.T) {
	before := testkit.HeapInUse()
	longLived := taskgroup.NewFuture[int]()
	s := taskgroup.NewSet(longLived)
	for range 2 {
		fs := make([]*future, 100_000)
		for i := range fs {
			fs[i] = taskgroup.NewFuture[int]()
		}
		s.Add(append(fs, taskgroup.NewFuture[int]())...)
		for _, f := range fs {
			f.Resolve(1)
		}
		for range fs {
			_, err := s.Next(t.Context())
			require.NoError(t, err)
		}
	}
	ended := taskgroup.NewFuture[int]()
	ended.Resolve(1)
	for range 10_000 {
		other := taskgroup.NewSet(longLived)
		other.Remove(longLived)
		s.Add(ended)
		s.Remove(ended)
	}
	assert.Less(t, testkit.HeapInUse()-before, int64(500_000))
	assert.Equal(t, 3, s.Len())
	runtime.KeepAlive(longLived)
}

// Also not to a handle whose neighbors are still in it.
func TestSetForgetsWhatItHandsOut(t *testing.T) {
	s := taskgroup.NewSet[*future]()
	handle := func() weak.Pointer[future] {
		f := taskgroup.NewFuture[int]()
		f.Resolve(1)
		s.Add(taskgroup.NewFuture[int](), f, taskgroup.NewFuture[int]())
		_, err := s.Next(t.Context())
		assert.NoError(t, err)
		return weak.Make(f)
	}()
	runtime.GC()
	assert.Nil(t, handle.Value())
	assert.Equal(t, 2, s.Len())
}

// Conservation: whatever happens at the same time, each handle is handed out
// exactly once, or removed.
func TestSetStress(t *testing.T) {
	for range 30 {
		const n = 200
		fs := make(map[*future]int, n)
		s := &taskgroup.Set[*future]{}
		var producers, consumers sync.WaitGroup
		for i := range n {
			f := taskgroup.NewFuture[int]()
			fs[f] = i
		}
		keeper := taskgroup.NewFuture[int]() // so that it is not empty before the end
		s.Add(keeper)
		parts := slices.Collect(slices.Chunk(slices.Collect(maps.Keys(fs)), n/4))
		for _, part := range parts {
			producers.Go(func() {
				for i, f := range part {
					if i%3 == 0 {
						f.Resolve(i)
						s.Add(f)
					} else {
						s.Add(f)
						f.Resolve(i)
					}
				}
			})
		}
		got := make([]map[*future]int, 4)
		for c := range got {
			got[c] = map[*future]int{}
			consumers.Go(func() {
				for {
					ctx, cancel := context.WithCancel(t.Context())
					if rand.IntN(3) == 0 {
						go cancel()
					}
					f, err := s.Next(ctx)
					cancel()
					switch {
					case errors.Is(err, taskgroup.ErrNoTasks):
						return
					case err != nil:
						assert.ErrorIs(t, err, context.Canceled)
						assert.Nil(t, f)
					case f != keeper:
						got[c][f]++
					}
				}
			})
		}
		producers.Wait()
		keeper.Resolve(1)
		consumers.Wait()
		for f := range fs {
			times := 0
			for _, g := range got {
				times += g[f]
			}
			assert.Equal(t, 1, times)
		}
		assert.Zero(t, s.Len())
	}
}

// P-33, rule 12: the end of a task happens before the Next that returns it.
func TestSetHappensBefore(t *testing.T) {
	var plain [500]int
	s := &taskgroup.Set[*task]{}
	for i := range plain {
		s.Add(taskgroup.Start(t.Context(), func(context.Context) (int, error) {
			plain[i] = i
			return i, nil
		}))
	}
	for s.Len() > 0 {
		task, err := s.Next(t.Context())
		require.NoError(t, err)
		i, _ := task.Result()
		assert.Equal(t, i, plain[i])
	}
}

// O(1) for each, whatever waits: the set allocates once for each handle, and
// Next nothing if one is ready.
func TestSetAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	f := taskgroup.NewFuture[int]()
	f.Resolve(1)
	s := taskgroup.NewSet(taskgroup.NewFuture[int]())
	assert.Equal(t, 1, allocations(func() {
		s.Add(f)
		_, _ = s.Next(t.Context())
	}))
}

// A-10, W-08, H54: twice as many handles cost twice as much, not four times; that would
// take minutes here.
func TestCompletedIsLinear(t *testing.T) {
	fs := make([]*future, 100_000)
	for i := range fs {
		fs[i] = taskgroup.NewFuture[int]()
	}
	go func() {
		for _, f := range fs {
			f.Resolve(1)
		}
	}()
	n := 0
	for _, err := range taskgroup.Completed(t.Context(), fs...) {
		assert.NoError(t, err)
		n++
	}
	assert.Equal(t, len(fs), n)
}

// A foreign handle has a goroutine until it completes or is removed, whichever is
// first, and no longer.
func TestSetRemoveEndsTheWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Set[taskgroup.Awaitable]
		never := &hostile{done: make(chan struct{})}
		s.Add(never, taskgroup.NewFuture[int]())
		synctest.Wait()
		s.Remove(never)
		// The bubble could not end while a watcher waits for never.
		s.Add(never)
		s.Remove(never)
		assert.Equal(t, 1, s.Len())

		soon := &hostile{done: make(chan struct{})}
		s.Add(soon, never)
		close(soon.done)
		got, err := s.Next(t.Context())
		assert.NoError(t, err)
		assert.Same(t, soon, got)
		s.Remove(soon, never)
	})
}

// In both orders of an end and a removal, the handle is gone, and a blocked call
// gets it or not.
func TestSetRemoveForeignTie(t *testing.T) {
	for _, removeFirst := range []bool{true, false} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				h := &hostile{done: make(chan struct{})}
				s := taskgroup.NewSet[taskgroup.Awaitable](h)
				go func() {
					got, err := s.Next(t.Context())
					if err != nil {
						assert.Same(t, taskgroup.ErrNoTasks, err)
						assert.Nil(t, got)
					} else {
						assert.Same(t, h, got)
						assert.False(t, removeFirst)
					}
				}()
				synctest.Wait()
				if removeFirst {
					s.Remove(h)
					close(h.done)
				} else {
					close(h.done)
					s.Remove(h)
				}
				synctest.Wait()
				assert.Zero(t, s.Len())
			})
		}
	}
}

// packageSet is a set in memory that can belong to no bubble.
var packageSet taskgroup.Set[*future]

// Rule 10: such a set may be used in one bubble, in another, and outside, and what
// blocks is durably blocked.
func TestSetInAPackageVariable(t *testing.T) {
	use := func(t *testing.T, settle func()) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		f, other := taskgroup.NewFuture[int](), taskgroup.NewFuture[int]()
		packageSet.Add(f, other)
		var calls sync.WaitGroup
		for _, ctx := range []context.Context{context.Background(), ctx} {
			calls.Go(func() {
				_, err := packageSet.Next(ctx)
				assert.NoError(t, err)
			})
		}
		settle()
		f.Resolve(1)
		other.Resolve(1)
		calls.Wait()
		cancel()
		assert.Zero(t, packageSet.Len())
	}
	synctest.Test(t, func(t *testing.T) { use(t, synctest.Wait) })
	use(t, func() {})
	synctest.Test(t, func(t *testing.T) { use(t, synctest.Wait) })
}
