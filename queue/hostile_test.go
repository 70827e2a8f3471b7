package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// inUse are calls that wait, each with a queue of its own, which is full or
// empty.
func inUse(t kindTest) map[string]waitingCall {
	t.Helper()
	calls := map[string]waitingCall{}
	for name, c := range map[string]struct {
		items int
		call  func(q *queue.Queue[int], ctx context.Context) func() ([]int, error)
	}{
		"Get":      {0, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) { return get(ctx, q) }},
		"GetBatch": {0, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) { return batch(ctx, q, 2) }},
		"Items": {0, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) {
			return func() ([]int, error) {
				for v := range q.Items(ctx) {
					return []int{v}, nil
				}
				return nil, errors.Join(context.Canceled, ctx.Err())
			}
		}},
		"All": {0, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) {
			return func() ([]int, error) {
				for v, err := range q.All(ctx) {
					return []int{v}, err
				}
				return nil, nil
			}
		}},
		"GetBatchWithin": {0, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) {
			return within(ctx, q, time.Minute, 1)
		}},
		"Put":  {1, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) { return put(ctx, q, 2) }},
		"Join": {1, func(q *queue.Queue[int], ctx context.Context) func() ([]int, error) { return join(ctx, q) }},
	} {
		q := t.make(1)
		for range c.items {
			fill(t, q, 1)
		}
		calls[name] = waitingCall{q, func(ctx context.Context) func() ([]int, error) { return c.call(q, ctx) }, c.items}
	}
	return calls
}

type waitingCall struct {
	q     *queue.Queue[int]
	call  func(ctx context.Context) func() ([]int, error)
	items int
}

// serve does what the call waits for, whichever it is.
func (w waitingCall) serve(t kindTest) {
	t.Helper()
	if w.items == 0 {
		fill(t, w.q, 1)
		return
	}
	_, err := w.q.TryGet()
	assert.NoError(t, err)
	w.q.TaskDone()
}

// assertUntouched asserts that a call that gave up has left the queue as it
// was, and takes nothing that comes later.
func (w waitingCall) assertUntouched(t kindTest, name string) {
	t.Helper()
	assert.Equal(t, w.items, w.q.Len(), name)
	assert.Equal(t, w.items, w.q.Unfinished(), name)
	w.serve(t)
	synctest.Wait()
	assert.Equal(t, 1-w.items, w.q.Len(), name)
}

// A context that is never done is waited with like [context.Background],
// whatever its deadline says.
func TestContextsThatNeverEnd(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, ctx := range []context.Context{
			&testkit.Context{},
			&testkit.Context{Channel: make(chan struct{})},
			&testkit.Context{Until: time.Now().Add(-time.Hour)},
		} {
			for name, w := range inUse(t) {
				c := then(w.call(ctx))
				time.Sleep(time.Hour)
				c.isBlocked(t, name)
				w.serve(t)
				synctest.Wait()
				assert.True(t, c.returned, name)
				assert.NoError(t, c.err, name)
			}
		}
	})
}

// Rule 2, where a context is done and has no channel, and where its error is
// another one at each call.
func TestContextsThatAreDone(t *testing.T) {
	eachKind(t, func(t kindTest) {
		looks := 0
		for _, err := range []func() error{
			func() error { return context.Canceled },
			func() error {
				if looks++; looks%2 == 0 {
					return context.DeadlineExceeded
				}
				return context.Canceled
			},
		} {
			for name, w := range inUse(t) {
				c := then(w.call(&testkit.Context{OnErr: err}))
				assert.True(t, c.returned, name)
				assert.Error(t, c.err, name)
				w.assertUntouched(t, name)
			}
		}
	})
}

// A wait that ended with nothing is no success, though the context closes its
// channel before it has an error.
func TestContextsThatEndWithoutAnError(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for name, w := range inUse(t) {
			ctx := &testkit.Context{Channel: make(chan struct{})}
			c := then(w.call(ctx))
			c.isBlocked(t, name)
			close(ctx.Channel)
			synctest.Wait()
			c.failed(t, context.Canceled)
			w.assertUntouched(t, name)
		}
	})
}

// Rule 8: a panic in a context passes on, and leaves nothing behind.
func TestContextsThatPanic(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for name, w := range inUse(t) {
			ctx := &testkit.Context{Channel: make(chan struct{}), OnValue: func(any) any { panic(errWhy) }}
			c := then(w.call(ctx))
			c.isBlocked(t, name)
			ctx.OnErr = func() error { return context.Canceled }
			close(ctx.Channel)
			synctest.Wait()
			assert.Equal(t, errWhy, c.panicked, name)
			w.assertUntouched(t, name)
		}
	})
}

// Rule 8: so does a panic in Done, which is called before a call is in line.
func TestContextsWhoseDonePanics(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for name, w := range inUse(t) {
			c := then(w.call(&testkit.Context{OnDone: func() <-chan struct{} { panic(errWhy) }}))
			assert.Equal(t, errWhy, c.panicked, name)
			puts, gets := w.q.Waiting()
			assert.Zero(t, puts+gets, name)
			w.assertUntouched(t, name)
		}
	})
}

// A batch that has an item does not look at Err again, which may panic and lose
// it.
func TestBatchWhoseContextPanics(t *testing.T) {
	eachKind(t, func(t kindTest) {
		for _, f := range []func(ctx context.Context, q *queue.Queue[int]) func() ([]int, error){
			func(ctx context.Context, q *queue.Queue[int]) func() ([]int, error) { return batch(ctx, q, 3) },
			func(ctx context.Context, q *queue.Queue[int]) func() ([]int, error) {
				return within(ctx, q, time.Minute, 3)
			},
		} {
			q := t.make(0)
			ctx := &testkit.Context{Channel: make(chan struct{})}
			c := then(f(ctx, q))
			ctx.OnErr = func() error { panic(errWhy) }
			fill(t, q, 1)
			synctest.Wait()
			close(ctx.Channel)
			synctest.Wait()
			c.succeeded(t, 1)
		}
	})
}
