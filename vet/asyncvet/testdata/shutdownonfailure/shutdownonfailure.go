package shutdownonfailure

import (
	"context"
	"database/sql"
	"strconv"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func produce(ctx context.Context, q *queue.Queue[int], lines []string) error {
	defer q.Shutdown() // want `q is shut down when this function fails, too, which looks like the end of its items: shut it down on success`
	for _, line := range lines {
		n, err := strconv.Atoi(line)
		if err != nil {
			return err
		}
		if err := q.Put(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func stage[T, R any](g *taskgroup.Group, in *queue.Queue[T], out *queue.Queue[R], fn func(T) (R, error)) {
	g.Go(func(ctx context.Context) error {
		defer out.Shutdown() // want `out is shut down when this function fails, too`
		for item := range in.Items(ctx) {
			v, err := fn(item)
			if err != nil {
				return err
			}
			if err := out.Put(ctx, v); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

func byHelper(ctx context.Context, q *queue.Queue[int]) (int, error) {
	defer q.Shutdown() // want `q is shut down when this function fails, too`
	if err := produce(ctx, q, nil); err != nil {
		return 0, err
	}
	return q.Len(), nil
}

func channels(ctx context.Context, tx *sql.Tx, lines []string) error {
	g, gctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch) // want `ch is closed when this task fails, too, and what receives from it then commits: close it on success`
		for _, line := range lines {
			n, err := strconv.Atoi(line)
			if err != nil {
				return err
			}
			select {
			case ch <- n:
			case <-gctx.Done():
				return gctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for n := range ch {
			if _, err := tx.ExecContext(gctx, "INSERT INTO t VALUES (?)", n); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
	return g.Wait()
}

func noTaskDone(ctx context.Context) error {
	q := queue.New[int](0)
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			for item := range q.Items(ctx) { // want `Join waits for a TaskDone for each item of q: on some path through this loop there is none`
				if item < 0 {
					continue
				}
				if item == 0 {
					return ctx.Err()
				}
				q.TaskDone()
			}
			return ctx.Err()
		}, taskgroup.Daemon())
		g.Go(func(ctx context.Context) error {
			for range q.Items(ctx) { // want `Join waits for a TaskDone for each item of q: this loop calls none`
			}
			return ctx.Err()
		}, taskgroup.Daemon())
		return q.Join(ctx)
	})
}

// ---- none of these -----------------------------------------------------------

func onSuccess(ctx context.Context, q *queue.Queue[int], items []int) error {
	for _, item := range items {
		if err := q.Put(ctx, item); err != nil {
			return err
		}
	}
	q.Shutdown()
	return nil
}

func cannotFail(ctx context.Context, q *queue.Queue[int]) error {
	defer q.Shutdown()
	for q.TryPut(1) != nil {
		return ctx.Err()
	}
	return nil
}

func consumer(ctx context.Context, q *queue.Queue[int]) error {
	defer q.Shutdown()
	_, err := q.Get(ctx)
	return err
}

func noError(ctx context.Context, q *queue.Queue[int]) {
	defer q.Shutdown()
	_ = q.Put(ctx, 1)
}

func looks(ctx context.Context, tx *sql.Tx, next func() (int, error)) error {
	g, gctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		n, err := next()
		if err != nil {
			return err
		}
		ch <- n
		return nil
	})
	g.Go(func() error {
		for range ch {
		}
		if err := gctx.Err(); err != nil {
			return err
		}
		return tx.Commit()
	})
	return g.Wait()
}

func commitsNothing(ctx context.Context, next func() (int, error)) (total int, err error) {
	var g errgroup.Group
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		n, err := next()
		if err != nil {
			return err
		}
		ch <- n
		return nil
	})
	g.Go(func() error {
		for n := range ch {
			total += n
		}
		return nil
	})
	return total, g.Wait()
}

func done(ctx context.Context) error {
	q := queue.New[int](0)
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			for item := range q.Items(ctx) {
				func() {
					defer q.TaskDone()
				}()
				if item < 0 {
					continue
				}
			}
			return ctx.Err()
		})
		return q.Join(ctx)
	})
}

func elsewhere(ctx context.Context, q *queue.Queue[int], handle func(*queue.Queue[int], int)) error {
	for item := range q.Items(ctx) {
		handle(q, item)
	}
	return q.Join(ctx)
}
