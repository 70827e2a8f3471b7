package traps_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/taskgroup"
)

var lifecycle = []trap{
	{
		"P-1", "a start that waits for a slot gives up when the work is canceled",
		map[string]func() string{
			ours: func() string {
				ctx, cancel := context.WithCancel(background())
				g := taskgroup.New(ctx, taskgroup.WithLimit(1))
				release := make(chan struct{})
				g.Go(func(context.Context) error { <-release; return nil })
				time.AfterFunc(soon, cancel)
				if g.Go(func(context.Context) error { return nil }) {
					return "accepted"
				}
				close(release)
				_ = g.Wait()
				return ""
			},
			"errgroup": func() string {
				ctx, cancel := context.WithCancel(background())
				g, _ := errgroup.WithContext(ctx)
				g.SetLimit(1)
				g.Go(func() error { select {} })
				time.AfterFunc(soon, cancel)
				g.Go(func() error { return nil })
				return ""
			},
			"conc": func() string {
				ctx, cancel := context.WithCancel(background())
				p := concpool.New().WithContext(ctx).WithMaxGoroutines(1)
				p.Go(func(context.Context) error { select {} })
				time.AfterFunc(soon, cancel)
				p.Go(func(context.Context) error { return nil })
				return ""
			},
			"pond": func() string {
				ctx, cancel := context.WithCancel(background())
				p := pond.NewPool(1, pond.WithQueueSize(1))
				g := p.NewGroupContext(ctx)
				g.Submit(func() { select {} })
				g.Submit(func() {})
				time.AfterFunc(soon, cancel)
				g.Submit(func() {})
				return ""
			},
		},
	},
	{
		"P-2", "after a failure, what was waiting is not started",
		map[string]func() string{
			ours: func() string {
				var ran atomic.Int32
				_ = taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					for i := range 10 {
						g.Go(func(context.Context) error {
							if i == 0 {
								return errBoom
							}
							ran.Add(1)
							return nil
						})
					}
					return nil
				}, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				return noneStarted(ran.Load())
			},
			"errgroup": func() string {
				var ran atomic.Int32
				g, _ := errgroup.WithContext(background())
				g.SetLimit(1)
				for i := range 10 {
					g.Go(func() error {
						if i == 0 {
							return errBoom
						}
						ran.Add(1)
						return nil
					})
				}
				_ = g.Wait()
				return noneStarted(ran.Load())
			},
			"conc": func() string {
				var ran atomic.Int32
				p := concpool.New().WithContext(background()).WithCancelOnError().WithMaxGoroutines(1)
				for i := range 10 {
					p.Go(func(context.Context) error {
						if i == 0 {
							return errBoom
						}
						ran.Add(1)
						return nil
					})
				}
				_ = p.Wait()
				return noneStarted(ran.Load())
			},
			"pond": func() string {
				var ran atomic.Int32
				g := pond.NewPool(1).NewGroup()
				for i := range 10 {
					g.SubmitErr(func() error {
						if i == 0 {
							return errBoom
						}
						ran.Add(1)
						return nil
					})
				}
				_ = g.Wait()
				return noneStarted(ran.Load())
			},
		},
	},
	{
		"P-3", "the error is the failure, not the cancellation that came of it",
		map[string]func() string{
			ours: func() string {
				err := taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					for i := range 3 {
						g.Go(failsFirst(i))
					}
					return nil
				}, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				return rootCause(err)
			},
			"errgroup": func() string { // as the example of x/sync/semaphore limits goroutines
				g, ctx := errgroup.WithContext(background())
				s := xsemaphore.NewWeighted(1)
				for i := range 3 {
					if err := s.Acquire(ctx, 1); err != nil {
						return rootCause(err)
					}
					g.Go(func() error {
						defer s.Release(1)
						return failsFirst(i)(ctx)
					})
				}
				return rootCause(g.Wait())
			},
			"conc": func() string {
				p := concpool.New().WithContext(background()).WithCancelOnError().WithMaxGoroutines(1)
				for i := range 3 {
					p.Go(failsFirst(i))
				}
				return rootCause(p.Wait())
			},
			"pond": func() string {
				g := pond.NewPool(1).NewGroup()
				ctx := g.Context()
				for i := range 3 {
					g.SubmitErr(func() error { return failsFirst(i)(ctx) })
				}
				return rootCause(g.Wait())
			},
		},
	},
	{
		"P-5", "a failure during cleanup is kept beside the first one",
		map[string]func() string{
			ours: func() string {
				err := taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return errClean })
					g.Go(func(context.Context) error { return errBoom })
					return nil
				})
				return bothFailures(err)
			},
			"errgroup": func() string {
				g, ctx := errgroup.WithContext(background())
				g.Go(func() error { <-ctx.Done(); return errClean })
				g.Go(func() error { return errBoom })
				return bothFailures(g.Wait())
			},
			"conc": func() string {
				p := concpool.New().WithContext(background()).WithCancelOnError()
				p.Go(func(ctx context.Context) error { <-ctx.Done(); return errClean })
				p.Go(func(context.Context) error { return errBoom })
				return bothFailures(p.Wait())
			},
			"pond": func() string {
				g := pond.NewPool(2).NewGroup()
				ctx := g.Context()
				g.SubmitErr(func() error { <-ctx.Done(); return errClean })
				g.SubmitErr(func() error { return errBoom })
				return bothFailures(g.Wait())
			},
		},
	},
	{
		"P-7", "a limit is set while tasks without one run",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background())
				release := make(chan struct{})
				g.Go(func(context.Context) error { <-release; return nil })
				g.SetLimit(1)
				close(release)
				g.Go(func(context.Context) error { return nil })
				return expect(g.Wait() == nil, "failed")
			},
			"errgroup": func() string {
				var g errgroup.Group
				release := make(chan struct{})
				g.Go(func() error { <-release; return nil })
				g.SetLimit(1)
				close(release)
				_ = g.Wait()
				return ""
			},
			"pond": func() string {
				p := pond.NewPool(0)
				release := make(chan struct{})
				_ = p.Go(func() { <-release })
				p.Resize(1)
				close(release)
				_ = p.Go(func() {})
				p.StopAndWait()
				return ""
			},
			"ants": func() string {
				p, _ := ants.NewPool(-1)
				_ = p.Submit(func() { select {} })
				p.Tune(1)
				return expect(p.Cap() == 1, "ignored")
			},
		},
	},
	{
		"P-9", "a limit of 0 is refused, or means something; no call blocks forever",
		map[string]func() string{
			ours: func() string {
				err, _ := caught(func() { taskgroup.WithLimit(0) }).(error)
				return expect(errors.Is(err, taskgroup.ErrMisuse), "accepted")
			},
			"errgroup": func() string {
				var g errgroup.Group
				g.SetLimit(0)
				g.Go(func() error { return nil })
				return ""
			},
			"conc": func() string {
				return expect(caught(func() { concpool.New().WithMaxGoroutines(0) }) != nil, "accepted")
			},
			"pond": func() string {
				_ = pond.NewPool(0).Submit(func() {}).Wait()
				return ""
			},
			"ants": func() string {
				p, err := ants.NewPool(0)
				if err == nil {
					done := make(chan struct{})
					_ = p.Submit(func() { close(done) })
					<-done
				}
				return ""
			},
			"workerpool": func() string {
				workerpool.New(0).SubmitWait(func() {})
				return ""
			},
		},
	},
	{
		"P-10", "a task starts a task in its own full group",
		map[string]func() string{
			ours: func() string {
				var ran atomic.Int32
				_ = taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(context.Context) error {
						g.Go(func(context.Context) error { ran.Add(1); return nil })
						return nil
					})
					return nil
				}, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
				return expect(ran.Load() == 1, "not run")
			},
			"errgroup": func() string {
				var g errgroup.Group
				g.SetLimit(1)
				g.Go(func() error {
					g.Go(func() error { return nil })
					return nil
				})
				_ = g.Wait()
				return ""
			},
			"conc": func() string {
				p := concpool.New().WithMaxGoroutines(1)
				p.Go(func() { time.Sleep(soon); p.Go(func() {}) })
				p.Wait()
				return ""
			},
			"pond": func() string {
				p := pond.NewPool(1)
				_ = p.Submit(func() { _ = p.Submit(func() {}).Wait() }).Wait()
				return ""
			},
			"ants": func() string {
				p, _ := ants.NewPool(1)
				done := make(chan struct{})
				_ = p.Submit(func() { _ = p.Submit(func() {}); close(done) })
				<-done
				return ""
			},
			"workerpool": func() string {
				p := workerpool.New(1)
				p.SubmitWait(func() { p.SubmitWait(func() {}) })
				return ""
			},
		},
	},
	{
		"P-11", "a task starts a task while the owner waits",
		map[string]func() string{
			ours: func() string {
				var ran atomic.Int32
				g := taskgroup.New(background())
				waiting := make(chan struct{})
				g.Go(func(context.Context) error {
					<-waiting
					g.Go(func(context.Context) error { ran.Add(1); return nil })
					return nil
				})
				time.AfterFunc(soon, func() { close(waiting) })
				_ = g.Wait()
				return expect(ran.Load() == 1, "not run")
			},
			"errgroup": func() string {
				var g errgroup.Group
				var ran atomic.Int32
				waiting := make(chan struct{})
				g.Go(func() error {
					<-waiting
					g.Go(func() error { ran.Add(1); return nil })
					return nil
				})
				time.AfterFunc(soon, func() { close(waiting) })
				_ = g.Wait()
				return expect(ran.Load() == 1, "not run")
			},
			"conc": func() string {
				p := concpool.New().WithMaxGoroutines(2)
				var ran atomic.Int32
				waiting := make(chan struct{})
				p.Go(func() {
					<-waiting
					p.Go(func() { ran.Add(1) })
				})
				time.AfterFunc(soon, func() { close(waiting) })
				p.Wait()
				return expect(ran.Load() == 1, "not run")
			},
		},
	},
	{
		"P-12", "a start after the end is refused, or runs",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background())
				_ = g.Wait()
				return expect(!g.Go(func(context.Context) error { return nil }), "accepted, and nobody waits")
			},
			"errgroup": func() string {
				var g errgroup.Group
				_ = g.Wait()
				done := make(chan struct{})
				g.Go(func() error { close(done); return nil })
				<-done
				return ""
			},
			"conc": func() string {
				p := concpool.New()
				p.Go(func() {})
				p.Wait()
				done := make(chan struct{})
				p.Go(func() { close(done) })
				<-done
				return ""
			},
			"pond": func() string {
				p := pond.NewPool(1)
				p.StopAndWait()
				return expect(p.Submit(func() {}).Wait() != nil, "accepted")
			},
			"ants": func() string {
				p, _ := ants.NewPool(1)
				p.Release()
				return expect(p.Submit(func() {}) != nil, "accepted")
			},
			"workerpool": func() string {
				p := workerpool.New(1)
				p.StopWait()
				return expect(p.Do(func() {}) != nil, "accepted")
			},
		},
	},
	{
		"P-14", "a wait that was given up can be taken up again",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background())
				release := make(chan struct{})
				g.Go(func(context.Context) error { <-release; return nil })
				ctx, cancel := context.WithTimeout(background(), soon)
				defer cancel()
				if g.Shutdown(ctx) == nil {
					return "has not waited"
				}
				close(release)
				err := g.Wait()
				return expect(errors.Is(err, context.DeadlineExceeded) && len(g.Tasks()) == 0, fmt.Sprint(err))
			},
			"pond": func() string {
				p := pond.NewPool(1)
				release := make(chan struct{})
				_ = p.Go(func() { <-release })
				stopped := p.Stop()
				select {
				case <-stopped.Done():
					return "has not waited"
				case <-time.After(soon):
				}
				close(release)
				return expect(stopped.Wait() == nil, "failed")
			},
			"ants": func() string {
				p, _ := ants.NewPool(1)
				release := make(chan struct{})
				_ = p.Submit(func() { <-release })
				if p.ReleaseTimeout(soon) == nil {
					return "has not waited"
				}
				close(release)
				err := p.ReleaseTimeout(time.Minute)
				return expect(err == nil, fmt.Sprint(err))
			},
		},
	},
	{
		"P-16", "after a success, the context does not say that something was canceled",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background())
				_ = g.Wait()
				return whyEnded(g.Context())
			},
			"errgroup": func() string {
				g, ctx := errgroup.WithContext(background())
				_ = g.Wait()
				return whyEnded(ctx)
			},
			"conc": func() string {
				p := concpool.New().WithContext(background())
				var verdict func() string
				p.Go(func(ctx context.Context) error {
					verdict = func() string { return whyEnded(ctx) }
					return nil
				})
				_ = p.Wait()
				return verdict()
			},
			"pond": func() string {
				g := pond.NewPool(1).NewGroup()
				g.Submit(func() {})
				_ = g.Wait()
				return whyEnded(g.Context())
			},
		},
	},
	{
		"P-17", "a second round after the wait is refused, or works",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background())
				_ = g.Wait()
				return expect(!g.Go(func(context.Context) error { return nil }), "accepted")
			},
			"errgroup": func() string {
				g, ctx := errgroup.WithContext(background())
				_ = g.Wait()
				g.Go(ctx.Err)
				return expect(g.Wait() == nil, "its context is done")
			},
			"conc": func() string {
				p := concpool.New().WithContext(background())
				p.Go(func(context.Context) error { return nil })
				_ = p.Wait()
				p.Go(func(ctx context.Context) error { return ctx.Err() })
				return expect(p.Wait() == nil, "its context is done")
			},
			"pond": func() string {
				g := pond.NewPool(1).NewGroup()
				g.Submit(func() {})
				_ = g.Wait()
				ctx := g.Context()
				g.SubmitErr(ctx.Err)
				return expect(g.Wait() == nil, "its context is done")
			},
		},
	},
	{
		"P-21", "a stop releases the calls that wait for a slot",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background(), taskgroup.WithLimit(1))
				release := make(chan struct{})
				g.Go(func(context.Context) error { <-release; return nil })
				time.AfterFunc(soon, func() { _ = g.Shutdown(background()) })
				accepted := g.Go(func(context.Context) error { return nil })
				close(release)
				_ = g.Wait()
				return expect(!accepted, "accepted")
			},
			"pond": func() string {
				p := pond.NewPool(1, pond.WithQueueSize(1))
				for range 2 {
					_ = p.Go(func() { select {} })
				}
				time.AfterFunc(soon, func() { p.Stop() })
				return expect(p.Go(func() {}) != nil, "accepted")
			},
			"ants": func() string {
				p, _ := ants.NewPool(1)
				_ = p.Submit(func() { select {} })
				time.AfterFunc(soon, p.Release)
				return expect(p.Submit(func() {}) != nil, "accepted")
			},
			"workerpool": func() string {
				p := workerpool.New(1)
				release := make(chan struct{})
				p.Submit(func() { <-release })
				time.AfterFunc(soon, func() {
					time.AfterFunc(soon, func() { close(release) })
					p.Stop()
				})
				return expect(p.DoWait(func() {}) != nil, "accepted")
			},
		},
	},
}

// failsFirst is the i-th task: the first fails, the others run until their
// context ends.
func failsFirst(i int) func(context.Context) error {
	return func(ctx context.Context) error {
		if i == 0 {
			return errBoom
		}
		<-ctx.Done()
		return ctx.Err()
	}
}

func rootCause(err error) string { return expect(errors.Is(err, errBoom), fmt.Sprint(err)) }

func whyEnded(ctx context.Context) string {
	cause := context.Cause(ctx)
	return expect(!errors.Is(cause, context.Canceled), fmt.Sprint(cause))
}
