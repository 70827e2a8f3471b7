package distributed

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Get returns the value, and waits until it is set. If ctx ends first, the
// error is the one of ctx. Other errors: [ErrClosed], [ErrCodec].
//
// asyncio's Event.wait.
func (v *Variable[T]) Get(ctx context.Context) (value T, err error) {
	op := v.op("Get")
	if err := v.c.usable(ctx, op); err != nil {
		return value, err
	}
	trouble := "not set"
	for r, err := range v.revisions(ctx) {
		var p permanent
		switch {
		case errors.As(err, &p):
			return value, failed(op, p.error)
		case err != nil:
			trouble = troubleOf(err)
		case r.set:
			return r.value, nil
		default:
			trouble = "not set"
		}
	}
	if ctx.Err() != nil {
		return value, ended(ctx, op, trouble)
	}
	return value, failed(op, ErrClosed)
}

// Changes yields the value, if it is set, and then newer ones as they come; of
// several that come fast perhaps only the last. It does not yield that the
// value is unset, nor values that cannot be decoded. It ends when ctx is done
// or the client closes.
func (v *Variable[T]) Changes(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		last := uint64(0)
		for r, err := range v.revisions(ctx) {
			if err != nil || r.number == last {
				continue
			}
			last = r.number
			if r.set && !yield(r.value) {
				return
			}
		}
	}
}

// lookAtVariable is the time between two looks, if a notice is lost.
const lookAtVariable = 500 * time.Millisecond

// revisions yields what is read from the leader: at once, after each notice,
// and from time to time. It ends when ctx is done or the client closes.
func (v *Variable[T]) revisions(ctx context.Context) iter.Seq2[revision[T], error] {
	return func(yield func(revision[T], error) bool) {
		var news listener
		defer news.stop()
		subscribed := false
		for ctx.Err() == nil && v.c.open.Err() == nil {
			if !subscribed {
				subscribed = news.subscribe(v.c.conn, v.noticeSubject, nil) == nil
			}
			notice := news.next()
			try, cancel := v.c.attempt(ctx)
			r, err := v.read(try)
			cancel()
			if !yield(r, err) {
				return
			}
			v.c.await(ctx, lookAtVariable, notice)
		}
	}
}
