package fromasyncio

import (
	"context"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func fetch(ctx context.Context) (int, error) { return 0, ctx.Err() }

const second = time.Second

func calls(ctx context.Context, d time.Duration, n int) {
	_ = taskgroup.Sleep(ctx, 2)                    // want `taskgroup.Sleep of 2 is as many nanoseconds, not seconds`
	_ = taskgroup.Sleep(ctx, time.Duration(2))     // want `taskgroup.Sleep of time.Duration\(2\) is as many nanoseconds`
	_, _ = taskgroup.WaitFor(ctx, 0, fetch)        // want `taskgroup.WaitFor of 0 does not call the function: no limit is taskgroup.NoTimeout`
	_, _ = taskgroup.Staggered(ctx, 1, nil, fetch) // want `taskgroup.Staggered of 1 is as many nanoseconds`
	_ = queue.New[int](0)                          // want `a queue of 0 has no bound, as in asyncio`
	_, _ = taskgroup.Race(ctx, fetch, fetch)       // want `Race returns what ends first, also a failure: for the first success there is FirstSuccess`

	_ = taskgroup.Sleep(ctx, 2*time.Second)
	_ = taskgroup.Sleep(ctx, second)
	_ = taskgroup.Sleep(ctx, 0)
	_ = taskgroup.Sleep(ctx, time.Duration(n))
	_, _ = taskgroup.WaitFor(ctx, taskgroup.NoTimeout, fetch)
	_, _ = taskgroup.WaitFor(ctx, d, fetch)
	_, _ = taskgroup.FirstSuccess(ctx, fetch, fetch)
	_ = queue.New[int](-1)
	_ = queue.New[int](n)
}
