package seqsource

import (
	"context"
	"errors"
	"slices"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func double(_ context.Context, n int) (int, error) { return 2 * n, nil }
func print(_ context.Context, n int) error         { return nil }

func stages(ctx context.Context, q *queue.Queue[int]) error {
	for _, err := range taskgroup.MapSeq(ctx, 2, q.Items(ctx), double) { // want `taskgroup.MapSeq over q.Items\(ctx\) waits in the queue when it is left early: use taskgroup.MapSource with q.All`
		if err != nil {
			return err
		}
	}
	for _, err := range taskgroup.MapUnordered(ctx, 2, q.Items(ctx), double) { // want `use taskgroup.MapSourceUnordered with q.All`
		if err != nil {
			return err
		}
	}
	items := q.Items(ctx) // want `taskgroup.ForEach over q.Items\(ctx\) waits in the queue`
	if err := taskgroup.ForEach(ctx, 2, items, print); err != nil {
		return err
	}
	return taskgroup.ForEach(ctx, 2, q.Items(ctx), print) // want `use taskgroup.Consume with q.Items`
}

func generic[T any](ctx context.Context, q *queue.Queue[T], fn func(context.Context, T) error) error {
	return taskgroup.ForEach(ctx, 1, q.Items(ctx), fn) // want `use taskgroup.Consume with q.Items`
}

func lost(ctx context.Context, q *queue.Queue[int]) (int, error) {
	total := 0
	for item := range q.Items(ctx) { // want `this loop also ends when ctx is done, and then nil is returned: return ctx.Err\(\)`
		total += item
	}
	return total, nil
}

func lostInTask(g *taskgroup.Group, q *queue.Queue[int]) {
	g.Go(func(ctx context.Context) error {
		for range q.Items(ctx) { // want `this loop also ends when ctx is done`
		}
		return nil
	})
}

// ---- none of these -----------------------------------------------------------

func sources(ctx context.Context, q *queue.Queue[int]) error {
	for _, err := range taskgroup.MapSource(ctx, 2, q.All, double) {
		if err != nil {
			return err
		}
	}
	if err := taskgroup.ForEach(ctx, 2, slices.Values([]int{1}), print); err != nil {
		return err
	}
	return taskgroup.Consume(ctx, 2, q.Items, print)
}

func looked(ctx context.Context, q *queue.Queue[int]) error {
	for range q.Items(ctx) {
	}
	return ctx.Err()
}

func lookedInside(ctx context.Context, q *queue.Queue[int]) error {
	for range q.Items(ctx) {
		if ctx.Err() != nil {
			return errors.New("canceled")
		}
	}
	return nil
}

func usedAfter(ctx context.Context, q *queue.Queue[int]) error {
	for range q.Items(ctx) {
	}
	if err := print(ctx, 1); err != nil {
		return err
	}
	return nil
}

func noError(ctx context.Context, q *queue.Queue[int]) (n int) {
	for range q.Items(ctx) {
		n++
	}
	return n
}
