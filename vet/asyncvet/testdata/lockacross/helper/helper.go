// Package helper has a function that waits.
package helper

import (
	"context"

	"example.com/asyncgo/queue"
)

func Put[T any](ctx context.Context, q *queue.Queue[T], v T) error { // want Put:`waits in queue.Queue.Put`
	if err := q.Put(ctx, v); err != nil {
		return err
	}
	return nil
}

func Perhaps(ctx context.Context, q *queue.Queue[int], wait bool) error {
	if wait {
		return q.Put(ctx, 1)
	}
	return nil
}
