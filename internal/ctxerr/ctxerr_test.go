package ctxerr_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/ctxerr"
)

var errWhy = errors.New("why")

// Rule 4: both halves are found, whatever the context.
func TestOf(t *testing.T) {
	plain, cancel := context.WithCancel(t.Context())
	cancel()
	caused, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errWhy)
	expired, cancelExpired := context.WithDeadlineCause(t.Context(), time.Unix(0, 0), errWhy)
	defer cancelExpired()
	wrapped, cancelWrapped := context.WithCancelCause(t.Context())
	cancelWrapped(fmt.Errorf("shutting down: %w", context.Canceled))

	for name, ctx := range map[string]context.Context{"plain": plain, "caused": caused, "expired": expired, "wrapped": wrapped} {
		err := ctxerr.Of(ctx)
		assert.ErrorIs(t, err, ctx.Err(), name)
		assert.ErrorIs(t, err, context.Cause(ctx), name)
	}
	assert.NoError(t, ctxerr.Of(t.Context()))
	assert.EqualError(t, ctxerr.Of(plain), "context canceled")
	assert.EqualError(t, ctxerr.Of(caused), "context canceled: why")
	assert.EqualError(t, ctxerr.Of(wrapped), "shutting down: context canceled")
}

// early is a context that closes its channel before it has an error.
type early struct{ context.Context } //nolint:containedctx // it is one

func (early) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// A wait that a context has ended has an error in any case.
func TestEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errWhy)
	assert.Equal(t, ctxerr.Of(ctx), ctxerr.Ended(ctx))
	assert.Equal(t, context.Canceled, ctxerr.Ended(early{t.Context()}))
}

// The text says what was waited for, and a cause that says the same only once.
func TestIn(t *testing.T) {
	plain, cancel := context.WithCancel(t.Context())
	cancel()
	caused, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errWhy)
	wrapped, cancelWrapped := context.WithCancelCause(t.Context())
	cancelWrapped(fmt.Errorf("shutting down: %w", context.Canceled))

	const op = ctxerr.Op("queue: Get")
	for text, ctx := range map[string]context.Context{
		"queue: Get: context canceled":                plain,
		"queue: Get: context canceled: why":           caused,
		"queue: Get: shutting down: context canceled": wrapped,
	} {
		err := ctxerr.In(ctx, op)
		assert.EqualError(t, err, text)
		assert.ErrorIs(t, err, ctx.Err())
		assert.ErrorIs(t, err, context.Cause(ctx))
	}
	assert.NoError(t, ctxerr.In(t.Context(), op))
	assert.EqualError(t, ctxerr.EndedIn(early{t.Context()}, op), "queue: Get: context canceled")
}

type listed struct {
	errs []error
	by   map[string]int
}

func (listed) Error() string { return "listed" }

type list []error

func (list) Error() string { return "list" }

type call func()

func (call) Error() string { return "call" }

// Its type can be compared, its value cannot.
type partly struct{ part any }

func (partly) Error() string { return "partly" }

// P-18: the Unwrap of a typed nil panics.
func TestOfTypedNil(t *testing.T) {
	var typedNil *fs.PathError
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(typedNil)
	var err *ctxerr.Error
	require.ErrorAs(t, ctxerr.Of(ctx), &err)
	assert.Equal(t, context.Canceled, err.Err)
	assert.True(t, ctxerr.Same(err.Cause, typedNil))
}

func TestSameNeverPanics(t *testing.T) {
	assert.True(t, ctxerr.Same(errWhy, errWhy))
	assert.True(t, ctxerr.Same(nil, nil))
	assert.False(t, ctxerr.Same(errWhy, nil))
	assert.False(t, ctxerr.Same(errWhy, errors.New("why")))
	assert.False(t, ctxerr.Same(partly{[]int{1}}, partly{[]int{1}}))
	assert.False(t, ctxerr.Same(partly{1}, partly{[]int{1}}))
	assert.True(t, ctxerr.Same(partly{1}, partly{1}))
}

// Of an error that is a list, or has one in it, a copy is the same, and another
// one is not.
func TestSameList(t *testing.T) {
	errs, by := list{errWhy, errWhy}, map[string]int{"a": 1}
	assert.True(t, ctxerr.Same(errs, errs))
	assert.False(t, ctxerr.Same(errs, errs[:1]))
	assert.False(t, ctxerr.Same(errs[:1], errs[1:]))
	assert.False(t, ctxerr.Same(errs, listed{errs: errs}))
	assert.True(t, ctxerr.Same(listed{errs: errs, by: by}, listed{errs: errs, by: by}))
	assert.False(t, ctxerr.Same(listed{errs: errs, by: by}, listed{errs: errs, by: map[string]int{"a": 1}}))
	assert.False(t, ctxerr.Same(listed{errs: errs[:1]}, listed{errs: errs[1:]}))
	assert.False(t, ctxerr.Same(call(t.FailNow), call(t.FailNow)), "no two functions can be told apart")
}
