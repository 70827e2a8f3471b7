package queue_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// on a fresh queue, and whatever the context says (rule 2).
func TestJoinWithNothingUnfinished(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(1)
		assert.NoError(t, q.Join(t.Context()), name)
		assert.NoError(t, q.Join(done()), name)
		fill(t, q, 1)
		drain(t, q)
		q.TaskDone()
		assert.NoError(t, q.Join(done()), name)
		q.Shutdown()
		assert.NoError(t, q.Join(done()), name)
	}
}

// P-88: neither an empty queue nor one item that is finished is enough.
func TestJoinWaitsForEveryTaskDone(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(1)
		fill(t, q, 1)
		waiting := then(put(t.Context(), q, 2)) // counts once it is in
		calls := []*call{then(join(t.Context(), q)), then(join(t.Context(), q))}
		drain(t, q)
		synctest.Wait()
		waiting.succeeded(t)
		assert.Equal(t, 2, q.Unfinished(), "taken is not finished")
		q.TaskDone()
		synctest.Wait()
		for _, c := range calls {
			c.isBlocked(t)
		}
		q.TaskDone()
		synctest.Wait()
		for _, c := range calls {
			c.succeeded(t)
		}
		assert.Zero(t, q.Unfinished())
	})
}

// unfinished was zero at some moment after the call, and that counts.
func TestJoinThoughAnotherItemCameIn(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1)
		drain(t, q)
		joiner := then(join(t.Context(), q))
		q.TaskDone()
		fill(t, q, 2)
		synctest.Wait()
		joiner.succeeded(t)
		assert.Equal(t, 1, q.Unfinished())
		then(join(done(), q)).failed(t, context.Canceled)
	})
}

// Rules 2 and 4: with items unfinished, Join returns the context's error, at
// once if it is done.
func TestJoinCanceled(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancelCause(t.Context())
		q := t.make(0)
		fill(t, q, 1)
		drain(t, q)
		joiner := then(join(ctx, q))
		other := then(join(t.Context(), q))
		cancel(errWhy)
		synctest.Wait()
		for _, c := range []*call{joiner, then(join(ctx, q))} {
			c.failed(t, errWhy)
			c.failed(t, context.Canceled)
		}
		other.isBlocked(t)
		q.TaskDone()
		synctest.Wait()
		other.succeeded(t)
	})
}

// Rule 3: what has come about wins a tie with the cancellation.
func TestJoinTie(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancel(t.Context())
		q := t.make(0)
		fill(t, q, 1)
		drain(t, q)
		joiner := then(join(ctx, q))
		q.TaskDone()
		cancel()
		synctest.Wait()
		joiner.succeeded(t)
	})
}

// Rule 10: user code does not run under the lock, and a context may be that.
func TestContextIsNotCalledUnderTheLock(t *testing.T) {
	eachKind(t, func(t kindTest) {
		ctx, cancel := context.WithCancel(t.Context())
		empty, full := t.make(1), t.make(1)
		fill(t, full, 1)
		looksAt := func(q *queue.Queue[int]) *testkit.Context {
			return &testkit.Context{
				Parent: ctx,
				OnErr:  func() error { q.Len(); return ctx.Err() },
				OnDone: func() <-chan struct{} { q.Len(); return ctx.Done() },
			}
		}
		calls := []*call{
			then(get(looksAt(empty), empty)),
			then(batch(looksAt(empty), empty, 2)),
			then(put(looksAt(full), full, 2)),
			then(join(looksAt(full), full)),
		}
		cancel()
		synctest.Wait()
		calls = append(calls, then(join(looksAt(full), full)))
		for _, c := range calls {
			c.failed(t, context.Canceled)
		}
	})
}

// Q-10, P-86, rule 9: the panic leaves the state as it was. Items that lie in
// the queue do not count.
func TestTaskDoneTooOften(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(0)
		tooOften := func() {
			t.Helper()
			unfinished, n := q.Unfinished(), q.Len()
			err := panicked(q.TaskDone)
			assert.ErrorIs(t, err, queue.ErrMisuse, name)
			assert.ErrorIs(t, err, queue.ErrTaskDone, name)
			assert.Equal(t, unfinished, q.Unfinished(), name)
			assert.Equal(t, n, q.Len(), name)
		}
		tooOften()
		tooOften()
		fill(t, q, 1, 2)
		tooOften()
		_, err := q.TryGet()
		require.NoError(t, err)
		q.TaskDone()
		tooOften()
		require.ErrorIs(t, q.Join(done()), context.Canceled)
		drain(t, q)
		fill(t, q, 3)
		q.TaskDone()
		tooOften()
		assert.Len(t, q.ShutdownNow(), 1)
		tooOften()
		assert.NoError(t, q.Join(t.Context()))
	}
}

// What a Put has handed to a waiting Get has been taken out.
func TestTaskDoneOfWhatWasHandedOver(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		getter := then(get(t.Context(), q))
		fill(t, q, 1)
		q.TaskDone()
		assert.ErrorIs(t, panicked(q.TaskDone), queue.ErrTaskDone)
		synctest.Wait()
		getter.succeeded(t, 1)
		assert.Zero(t, q.Unfinished())
	})
}

// A context whose methods use the queue: what is unfinished may be finished,
// and more come in, just before Join is in line.
func TestJoinWhoseContextFinishes(t *testing.T) {
	eachKind(t, func(t kindTest) {
		q := t.make(0)
		fill(t, q, 1)
		drain(t, q)
		assert.NoError(t, q.Join(&testkit.Context{Parent: t.Context(), OnDone: func() <-chan struct{} {
			q.TaskDone()
			_ = q.TryPut(2)
			return t.Context().Done()
		}}))
		assert.Equal(t, 1, q.Unfinished())
	})
}
