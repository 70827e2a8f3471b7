package queue_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/queue"
)

// meanwhile is a context whose Done calls a function: a call that has found that
// it must wait calls it before it is in line.
type meanwhile struct {
	context.Context //nolint:containedctx // it is one
	f               func()
}

func (c meanwhile) Done() <-chan struct{} {
	c.f()
	return c.Context.Done()
}

// What comes after a call has found that it must wait, and before it does, is not
// missed.
func TestWhatComesBeforeTheWait(t *testing.T) {
	during := func(f func()) context.Context { return meanwhile{t.Context(), f} }
	full := func() *queue.Queue[int] {
		q := queue.New[int](1)
		_ = q.TryPut(1)
		return q
	}

	q := queue.New[int](0)
	got, err := q.Get(during(func() { _ = q.TryPut(7) }))
	assert.NoError(t, err)
	assert.Equal(t, 7, got)
	_, err = q.Get(during(q.Shutdown))
	assert.ErrorIs(t, err, queue.ErrShutdown)

	buf := make([]int, 2)
	q = queue.New[int](0)
	n, err := q.GetBatch(during(func() { _, _ = q.TryPut(1), q.TryPut(2) }), buf)
	assert.NoError(t, err)
	assert.Equal(t, []int{1, 2}, buf[:n])

	q = full()
	assert.NoError(t, q.Put(during(func() { _, _ = q.TryGet() }), 2))
	assert.ErrorIs(t, q.Put(during(q.Shutdown), 3), queue.ErrShutdown)

	q = full()
	assert.NoError(t, q.Join(during(func() { q.ShutdownNow() })))
}
