package taskgroup_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// times is how often something is tried: the race detector is slow, and looks at
// more in each try.
func times(n int) int {
	if testkit.Race {
		return max(n/20, 5)
	}
	return n
}

// TG-20, H32-H34: tasks that fail, cancel the group or start others before the
// call that started them has returned.
func TestTinyTasks(t *testing.T) {
	for i := range times(100_000) {
		g := taskgroup.New(t.Context())
		switch i % 5 {
		case 0:
			g.Go(returns(errBoom))
		case 1:
			g.Go(func(ctx context.Context) error { g.Cancel(errBoom); <-ctx.Done(); return ctx.Err() })
		case 2:
			g.Go(func(context.Context) error { g.Go(returns(errBoom)); return nil })
		case 3:
			taskgroup.Go(g, func(ctx context.Context) (int, error) { g.Cancel(errBoom); return 0, context.Cause(ctx) }).Cancel(errBoom)
			g.Cancel(errBoom)
		case 4:
			g.Go(func(context.Context) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
				return errBoom
			})
		}
		if err := g.Wait(); !errors.Is(err, errBoom) {
			require.ErrorIs(t, err, errBoom, "%d", i%5)
		}
	}
}

// TG-11: a growing tree of tasks while several wait; sometimes one fails.
func TestHydra(t *testing.T) {
	for _, limit := range []int{taskgroup.NoLimit, 1, 3} {
		for range times(100) {
			g := taskgroup.New(t.Context(), taskgroup.WithLimit(limit), taskgroup.WithBacklog(-1))
			var accepted, ran atomic.Int64
			failing := rand.IntN(4000)
			var grow func(depth int) func(context.Context) error
			grow = func(depth int) func(context.Context) error {
				return func(context.Context) error {
					n := ran.Add(1)
					for range 3 {
						if depth > 0 && g.Go(grow(depth-1)) {
							accepted.Add(1)
						}
					}
					if n == int64(failing) {
						return errBoom
					}
					return nil
				}
			}
			accepted.Add(1)
			g.Go(grow(6))
			var waiters sync.WaitGroup
			for range 3 {
				waiters.Go(func() {
					err := g.Wait()
					assert.Zero(t, g.Running())
					if err == nil {
						assert.Equal(t, accepted.Load(), ran.Load())
						assert.Equal(t, int64(1+3+9+27+81+243+729), ran.Load())
					} else {
						assert.ErrorIs(t, err, errBoom)
					}
				})
			}
			waiters.Wait()
		}
	}
}

// Conservation: whatever comes at once, a task that was accepted ends exactly
// once, and runs at most once; no more than the limit runs; and in the end all
// room is free.
func TestConservation(t *testing.T) {
	const limit = 6
	for name, options := range map[string][]taskgroup.Option{
		"callers wait":    nil,
		"small backlog":   {taskgroup.WithBacklog(3)},
		"endless backlog": {taskgroup.WithBacklog(-1)},
		"shared limit":    {taskgroup.WithLimiter(&units{free: limit})},
	} {
		t.Run(name, func(t *testing.T) {
			for range times(12) {
				var c gauge
				var accepted, ended, ran, callbacks atomic.Int64
				g := taskgroup.New(t.Context(), append(options, taskgroup.WithLimit(limit), taskgroup.WithKeepGoing())...)
				var actors sync.WaitGroup
				for range 8 {
					actors.Go(func() {
						for range 60 {
							weight := 1 + rand.IntN(3)
							options := []taskgroup.TaskOption{taskgroup.Weighted(weight)}
							fate := rand.IntN(6)
							if fate == 5 {
								options = append(options, taskgroup.Shielded())
							}
							var once atomic.Int32
							work := func(context.Context) error {
								assert.Equal(t, int32(1), once.Add(1))
								ran.Add(1)
								c.enter(weight)
								defer c.leave(weight)
								switch fate {
								case 0:
									return errBoom
								case 1:
									runtime.Goexit()
								case 2:
									runtime.Gosched()
								}
								return nil
							}
							switch rand.IntN(4) {
							case 0:
								ctx, cancel := context.WithCancel(t.Context())
								if rand.IntN(2) == 0 {
									go cancel()
								}
								if err := g.Submit(ctx, work, options...); err == nil {
									accepted.Add(1)
									ended.Add(1) // nothing has a handle on it
									callbacks.Add(1)
								} else {
									assert.ErrorIs(t, err, context.Canceled)
								}
								cancel()
							case 1:
								if g.TryGo(work, options...) {
									accepted.Add(1)
									ended.Add(1)
									callbacks.Add(1)
								}
							default:
								task := taskgroup.Go(g, taskgroup.NoValue(work), options...)
								accepted.Add(1)
								task.OnDone(func(*taskgroup.Task[struct{}]) { callbacks.Add(1) })
								if rand.IntN(3) == 0 {
									go task.Cancel(errWhy)
								}
								actors.Go(func() {
									_, err := task.Wait(context.Background())
									assert.NotEqual(t, taskgroup.ErrNotDone, err)
									assert.Equal(t, task.Cancelled(), once.Load() == 0, "it did not run if and only if it was canceled")
									ended.Add(1)
								})
							}
						}
					})
				}
				storm := make(chan struct{})
				var weather sync.WaitGroup
				weather.Go(func() {
					for !done(storm) {
						g.SetLimit(3 + rand.IntN(limit-2))
						g.Tasks()
						runtime.Gosched()
					}
				})
				actors.Wait()
				close(storm)
				weather.Wait()
				g.SetLimit(limit)

				for g.Running() > 0 {
					runtime.Gosched() // the last callbacks may still run
				}
				for range limit + 1 {
					g.TryGo(untilDone)
				}
				assert.Equal(t, limit, g.Running(), "all room is free, and not more")
				g.Stop()
				_ = g.Wait()
				assert.Zero(t, g.Running())
				assert.Empty(t, g.Tasks())
				assert.LessOrEqual(t, c.most.Load(), int64(limit))
				assert.Equal(t, accepted.Load(), ended.Load())
				for callbacks.Load() < accepted.Load() {
					runtime.Gosched() // those registered after the end have goroutines of their own
				}
				assert.Equal(t, accepted.Load(), callbacks.Load())
				assert.LessOrEqual(t, ran.Load(), accepted.Load())
			}
		})
	}
}

// The same when the group is canceled, shut down or loses its parent at any
// moment: everything that was accepted ends, and every call that waits returns.
func TestConservationWhenTheGroupEnds(t *testing.T) {
	for i := range times(2000) {
		shared := &units{free: 3}
		options := []taskgroup.Option{taskgroup.WithLimit(2)}
		switch i % 3 {
		case 0:
			options = append(options, taskgroup.WithBacklog(2))
		case 1:
			options = append(options, taskgroup.WithLimiter(shared))
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		g := taskgroup.New(ctx, options...)
		var accepted, ended, ran atomic.Int64
		var actors sync.WaitGroup
		for range 4 {
			actors.Go(func() {
				for range 8 {
					var shield []taskgroup.TaskOption
					if rand.IntN(4) == 0 {
						shield = append(shield, taskgroup.Shielded())
					}
					task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
						ran.Add(1)
						runtime.Gosched()
						return 42, ctx.Err()
					}, shield...)
					accepted.Add(1)
					task.OnDone(func(*taskgroup.Task[int]) { ended.Add(1) })
				}
			})
		}
		actors.Go(func() {
			for range rand.IntN(50) {
				runtime.Gosched()
			}
			switch i % 4 {
			case 0:
				g.Cancel(errWhy)
			case 1:
				cancel(errWhy)
			case 2:
				g.Stop()
			case 3:
				_ = g.Shutdown(t.Context())
			}
		})
		actors.Go(func() { _ = g.Wait() })
		actors.Wait()
		if err := g.Wait(); err != nil {
			assert.ErrorIs(t, err, errWhy)
		}
		for ended.Load() < accepted.Load() {
			runtime.Gosched()
		}
		assert.Equal(t, accepted.Load(), ended.Load())
		assert.Equal(t, 3, shared.available())
		assert.Zero(t, g.Running())
		assert.False(t, g.Go(returns(nil)))
		cancel(nil)
	}
}

// Rule 3: the end of a task and its Cancel at once: it succeeded, or it was
// canceled, and every call sees the same.
func TestTheEndOfATaskAndItsCancelAtOnce(t *testing.T) {
	for range times(20_000) {
		g := taskgroup.New(t.Context())
		task := taskgroup.Go(g, func(ctx context.Context) (int, error) { return 42, ctx.Err() })
		did := make(chan bool, 1)
		go func() { did <- task.Cancel(errWhy) }()
		v, err := task.Wait(context.Background())
		if <-did && err != nil {
			assert.True(t, task.Cancelled())
		} else {
			assert.NoError(t, err)
			assert.Equal(t, 42, v)
			assert.False(t, task.Cancelled())
		}
		assert.NoError(t, g.Wait())
	}
}

// The end of the last task and a Go at once: accepted and run, or refused.
func TestTheLastEndAndAGoAtOnce(t *testing.T) {
	for range times(20_000) {
		g := taskgroup.New(t.Context())
		g.Go(returns(nil))
		ran := false
		accepted := make(chan bool, 1)
		go func() { accepted <- g.Go(func(context.Context) error { ran = true; return nil }) }()
		assert.NoError(t, g.Wait())
		assert.Equal(t, <-accepted, ran)
	}
}

// Rule 3: who waits for a task with contexts that end at any moment gets its
// result or the context's error, and no wait is lost.
func TestWaitersThatComeAndGo(t *testing.T) {
	for range times(2000) {
		begin := make(chan struct{})
		task := taskgroup.Start(t.Context(), func(context.Context) (int, error) { <-begin; return 42, nil })
		var waiters sync.WaitGroup
		for i := range 8 {
			waiters.Go(func() {
				ctx, cancel := context.WithCancelCause(t.Context())
				if i%2 == 0 {
					go cancel(errWhy)
				}
				v, err := task.Wait(ctx)
				if err != nil {
					assert.ErrorIs(t, err, errWhy)
				} else {
					assert.Equal(t, 42, v)
				}
				cancel(nil)
			})
		}
		waiters.Go(func() { v, _ := task.Wait(context.Background()); assert.Equal(t, 42, v) })
		close(begin)
		waiters.Wait()
	}
}

// Tasks: of several Cancels at once, one did it, and its cause stays.
func TestSeveralCancelsAtOnce(t *testing.T) {
	for range times(20_000) {
		contexts := make(chan context.Context, 1)
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			contexts <- ctx
			<-ctx.Done()
			return 0, context.Cause(ctx)
		})
		<-contexts
		causes := []error{errBoom, errWhy}
		var did [2]bool
		var here atomic.Int32
		var callers sync.WaitGroup
		for i, cause := range causes {
			callers.Go(func() {
				here.Add(1)
				for tries := 0; here.Load() < 2 && tries < 1000; { // together, if there is a processor for each
					tries++
				}
				did[i] = task.Cancel(cause)
			})
		}
		callers.Wait()
		_, err := task.Wait(t.Context())
		for i, cause := range causes {
			require.Equal(t, errors.Is(err, cause), did[i])
		}
	}
}

// A context that is made at the moment when its task ends does end, too.
func TestAContextAskedForAtTheEnd(t *testing.T) {
	for i := range times(50_000) {
		contexts := make(chan context.Context, 1)
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			contexts <- ctx
			for range i % 8 {
				_ = ctx.Err()
			}
			return 42, nil
		})
		<-(<-contexts).Done()
		_, err := task.Wait(t.Context())
		require.NoError(t, err)
	}
}
