// Package off has what fromasyncio reports once it is enabled.
package off

import (
	"context"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func calls(ctx context.Context) *queue.Queue[int] {
	_ = taskgroup.Sleep(ctx, 2)
	return queue.New[int](0)
}
