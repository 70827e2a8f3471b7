package semaphore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// What fn returns is returned as it is, a value beside an error, too.
func TestUseReturnsWhatTheFunctionDoes(t *testing.T) {
	s := semaphore.New(1)
	for _, want := range []error{nil, errWhy} {
		got, err := semaphore.Use(t.Context(), s, func(ctx context.Context) (string, error) {
			assert.NoError(t, ctx.Err())
			assert.Equal(t, 1, s.Stats().Held)
			return "result", want
		})
		assert.Equal(t, "result", got)
		assert.Equal(t, want, err)
		assert.Zero(t, s.Stats().Held)
	}
}

// grumpy is a limiter of the user's own.
type grumpy struct {
	err      error
	released int
}

func (g *grumpy) Acquire(context.Context) error { return g.err }
func (g *grumpy) Release()                      { g.released++ }

// Whatever has the two methods will do, and its error is returned as it is.
func TestUseTakesAnyLimiter(t *testing.T) {
	g := &grumpy{err: errWhy}
	got, err := semaphore.Use(t.Context(), g, func(context.Context) (int, error) { panic("called") })
	assert.Zero(t, got)
	assert.Equal(t, errWhy, err)
	assert.Zero(t, g.released)

	g.err = nil
	got, err = semaphore.Use(t.Context(), g, func(context.Context) (int, error) { return 7, nil })
	assert.Equal(t, 7, got)
	assert.NoError(t, err)
	assert.Equal(t, 1, g.released)
}

// Rule 9.
func TestUseOfNil(t *testing.T) {
	s := semaphore.New(1)
	assertMisuse(t, func() { _, _ = semaphore.Use[int](t.Context(), s, nil) })
	assertMisuse(t, func() {
		_, _ = semaphore.Use(t.Context(), nil, func(context.Context) (int, error) { return 0, nil })
	})
	assert.Zero(t, s.Stats().Held)
}
