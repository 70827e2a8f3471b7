package errcompare

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

func work(ctx context.Context) error { return ctx.Err() }

func equal(ctx context.Context, g *taskgroup.Group, e *errgroup.Group, s *semaphore.Semaphore) error {
	if err := g.Wait(); err == context.Canceled { // want `an error of taskgroup.Group.Wait may wrap context.Canceled: use errors.Is`
		return nil
	}
	err := s.Acquire(ctx)
	if err != context.DeadlineExceeded { // want `an error of semaphore.Semaphore.Acquire may wrap context.DeadlineExceeded: use errors.Is`
		return err
	}
	err = e.Wait()
	if err != nil && context.Canceled != err { // want `an error of errgroup.Group.Wait may wrap context.Canceled: use errors.Is`
		return err
	}
	if g.Wait() == taskgroup.ErrGroupClosed { // want `an error of taskgroup.Group.Wait may wrap taskgroup.ErrGroupClosed`
		return nil
	}
	switch err := g.Shutdown(ctx); err {
	case nil:
	case context.Canceled: // want `an error of taskgroup.Group.Shutdown may wrap context.Canceled`
		return nil
	}
	return nil
}

func types(err error) string {
	if e, ok := err.(*taskgroup.GroupError); ok { // want `a \*taskgroup.GroupError may be wrapped: use errors.As or errors.AsType`
		return e.Error()
	}
	switch e := err.(type) {
	case *taskgroup.TaskError: // want `a \*taskgroup.TaskError may be wrapped`
		return e.Name
	case interface{ Timeout() bool }:
		return "timeout"
	}
	return ""
}

func cleanStop(ctx context.Context) error {
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(work)
		return nil
	})
	if errors.Is(err, context.Canceled) { // want `an error of taskgroup.Run may hold a failure beside context.Canceled: use taskgroup.Cancelled`
		return nil
	}
	if _, err := taskgroup.Gather(ctx, taskgroup.NoValue(work)); err != nil && !errors.Is(err, context.DeadlineExceeded) { // want `an error of taskgroup.Gather may hold a failure beside context.DeadlineExceeded`
		return err
	}
	return err
}

// ---- none of these -----------------------------------------------------------

func right(ctx context.Context, g *taskgroup.Group, e *errgroup.Group, q *queue.Queue[int]) error {
	if err := g.Wait(); err != nil && !taskgroup.Cancelled(err) {
		return err
	}
	if err := e.Wait(); errors.Is(err, context.Canceled) {
		return nil
	}
	if _, err := q.Get(ctx); errors.Is(err, queue.ErrShutdown) {
		return nil
	}
	if err := work(ctx); err == context.Canceled {
		return nil
	}
	if ctx.Err() == context.Canceled {
		return nil
	}
	err := g.Wait()
	if err == nil {
		return nil
	}
	err = ctx.Err()
	if err == context.Canceled {
		return nil
	}
	if group, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		return group
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func reports(ctx context.Context, g *taskgroup.Group) {
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		fmt.Println("canceled, or worse:", err)
	}
	if err == io.EOF {
		return
	}
}
