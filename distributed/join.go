package distributed

import (
	"context"
	"fmt"
)

// Unfinished returns the number of items that have been put and are not done:
// waiting, delayed and held, but not dead letters. The servers count. It waits
// for servers that do not answer until ctx ends.
//
// asyncio has no such number; its qsize, what is waiting, has no exact answer
// here.
func (q *Queue[T]) Unfinished(ctx context.Context) (n int, err error) {
	err = q.c.read(ctx, q.op("Unfinished"), func(ctx context.Context) error {
		n, err = q.look(ctx)
		return err
	})
	return n, err
}

// Join waits until nothing is unfinished, by the server's count. With nothing
// unfinished it returns nil whatever ctx says. If ctx ends first, the error is
// the one of ctx.
//
// asyncio's Queue.join.
func (q *Queue[T]) Join(ctx context.Context) error {
	op := q.op("Join")
	for {
		notice := q.source.news.next()
		try, cancel := q.c.attempt(ctx)
		n, err := q.look(try)
		cancel()
		switch {
		case err == nil && n == 0:
			return nil
		case ctx.Err() != nil && err == nil:
			return ended(ctx, op, fmt.Sprint(n, " unfinished"))
		case ctx.Err() != nil:
			return ended(ctx, op, troubleOf(err))
		case q.c.open.Err() != nil:
			return failed(op, ErrClosed)
		}
		q.c.await(ctx, poll, notice)
	}
}
