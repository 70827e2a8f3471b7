package droppedtask

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func fetch(ctx context.Context) (int, error) { return 0, ctx.Err() }
func work(ctx context.Context) error         { return ctx.Err() }
func do() error                              { return nil }

func handles(ctx context.Context) *taskgroup.Task[int] {
	taskgroup.Start(ctx, fetch)          // want `the task's handle is dropped, and with it the error that the task ends with`
	_ = taskgroup.Start(ctx, fetch)      // want `the task's handle is dropped`
	named := taskgroup.Start(ctx, fetch) // want `the task's handle is dropped`
	fmt.Println(named.Name())

	waited := taskgroup.Start(ctx, fetch)
	_, _ = waited.Wait(ctx)
	canceled := taskgroup.Start(ctx, fetch)
	defer canceled.Cancel(nil)
	observed := taskgroup.Start(ctx, fetch)
	observed.OnDone(func(*taskgroup.Task[int]) {})
	channel := taskgroup.Start(ctx, fetch)
	<-channel.Done()
	tasks := []*taskgroup.Task[int]{taskgroup.Start(ctx, fetch)}
	tasks = append(tasks, taskgroup.Start(ctx, fetch))
	_, _, _ = taskgroup.Wait(ctx, taskgroup.AllCompleted, tasks...)
	return taskgroup.Start(ctx, fetch)
}

func refusals(ctx context.Context, g *taskgroup.Group) error {
	g.TryGo(work)                                  // want `TryGo may refuse the task: its result is dropped`
	g.Submit(ctx, work)                            // want `Submit may refuse the task: its error is dropped`
	task, _ := taskgroup.SubmitTask(ctx, g, fetch) // want `the task may be refused: the error is dropped`
	fmt.Println(task)
	taskgroup.TryTask(g, fetch) // want `the task may be refused: the error is dropped`

	_ = g.TryGo(work)
	if !g.TryGo(work) {
		return g.Submit(ctx, work)
	}
	g.Go(work)
	taskgroup.Go(g, fetch)
	return nil
}

func refused() error {
	var g errgroup.Group
	g.TryGo(do) // want `TryGo may refuse`
	return g.Wait()
}

func causes(ctx context.Context, g *taskgroup.Group, t *taskgroup.Task[int]) {
	if err := work(ctx); err != nil {
		g.Cancel(nil) // want `err is why, but the cause that is given is nil`
		t.Cancel(err)
	} else {
		g.Cancel(nil)
	}
	t.Cancel(nil)
}

func never(ctx context.Context) {
	g, gctx := errgroup.WithContext(ctx) // want `g is never waited for: what its tasks end with is lost`
	g.Go(func() error { return work(gctx) })
	var wg sync.WaitGroup // want `wg is never waited for`
	wg.Go(func() {})
	ours := taskgroup.New(ctx) // want `ours is never waited for`
	taskgroup.Go(ours, fetch)
}

func early(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := do(); err != nil {
		return err // want `g is left here with tasks that nothing waits for`
	}
	return g.Wait()
}

func inALoop[T any](ctx context.Context, items []T, check func(T) error) error {
	g := taskgroup.New(ctx)
	for _, item := range items {
		if err := check(item); err != nil {
			return err // want `g is left here with tasks that nothing waits for`
		}
		g.Go(work)
	}
	return g.Wait()
}

func fallsOff(ctx context.Context, wait bool) {
	g := taskgroup.New(ctx)
	defer fmt.Println("end")
	for {
		g.Go(work) // want `g is not waited for on every path from here`
		if wait {
			break
		}
		if err := g.Wait(); err != nil {
			return
		}
	}
}

// ---- none of these -----------------------------------------------------------

func joined(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := do(); err != nil {
		return errors.Join(err, g.Wait())
	}
	return g.Wait()
}

func beforeTheFirst(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	if err := do(); err != nil {
		return err
	}
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

func deferred(ctx context.Context) error {
	g := taskgroup.New(ctx)
	defer g.Shutdown(ctx)
	g.Go(work)
	return do()
}

func sameCondition(ctx context.Context, parallel bool) error {
	var g errgroup.Group
	if parallel {
		g.Go(do)
	}
	if err := do(); err == nil && parallel {
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func inAGoroutine(ctx context.Context) error {
	g := taskgroup.New(ctx)
	g.Go(work)
	end := make(chan error, 1)
	go func() { end <- g.Wait() }()
	select {
	case err := <-end:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func handedOn(ctx context.Context) *errgroup.Group {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	return g
}

type server struct{ g *errgroup.Group }

func (s *server) start(ctx context.Context) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	s.g = g
}

func dies(ctx context.Context) error {
	g := taskgroup.New(ctx)
	g.Go(work)
	if err := do(); err != nil {
		log.Fatal(err)
	}
	if err := do(); err != nil {
		os.Exit(1)
	}
	if err := do(); err != nil {
		panic(err)
	}
	return g.Wait()
}

func noTasks(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	fmt.Println(gctx, g.TryGo)
	return nil
}

func echo(ctx context.Context, jobs chan<- int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	select {
	case jobs <- 1:
	case <-gctx.Done():
		return gctx.Err() // causelost reports it
	}
	return g.Wait()
}
