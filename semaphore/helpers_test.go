package semaphore_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

var errWhy = errors.New("why")

// call is a call that may block, in a goroutine of its own. It is used in
// bubbles.
type call struct {
	returned bool
	err      error
}

// begin starts f and goes on when f has returned or is blocked.
func begin(f func() error) *call {
	c := new(call)
	go func() {
		c.err = f()
		c.returned = true
	}()
	synctest.Wait()
	return c
}

func (c *call) assertBlocked(t *testing.T) {
	t.Helper()
	synctest.Wait()
	assert.False(t, c.returned, "has returned")
}

func (c *call) assertReturned(t *testing.T, want error) {
	t.Helper()
	synctest.Wait()
	if !assert.True(t, c.returned, "has not returned") {
		return
	}
	if want == nil {
		assert.NoError(t, c.err)
		return
	}
	assert.ErrorIs(t, c.err, want)
}

// canceled returns a context that is done, with a cause.
func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errWhy)
	return ctx
}

// newMeeting returns a context that ends when its Done is first called, which is
// after a call has found it alive and before that call is in line, and then
// calls meet. So what meet releases comes free only after the context has ended.
func newMeeting(ctx context.Context, meet func()) *testkit.Context {
	m := &testkit.Context{Parent: ctx, Channel: make(chan struct{}), OnErr: testkit.Never}
	close(m.Channel)
	m.OnDone = func() <-chan struct{} {
		m.OnDone = nil
		m.OnErr = func() error { return context.Canceled }
		meet()
		return m.Channel
	}
	return m
}

// newGrudging returns a context that is alive when its Err is first called, which
// then calls first. At the second call, which a waiter makes when it has been
// granted, the context has ended, and calls second.
func newGrudging(ctx context.Context, first, second func()) *testkit.Context {
	calls := 0
	return &testkit.Context{
		Parent:  ctx,
		Channel: make(chan struct{}),
		OnErr: func() error {
			switch calls++; calls {
			case 1:
				first()
				return nil
			case 2:
				second()
			}
			return context.Canceled
		},
	}
}

func nothing() {}

// assertContextError checks rule 4.
func assertContextError(t *testing.T, ctx context.Context, err error) { //nolint:revive // t first, as in every helper
	t.Helper()
	require.Error(t, ctx.Err())
	assert.ErrorIs(t, err, ctx.Err())
	assert.ErrorIs(t, err, context.Cause(ctx))
}

// assertMisuse checks rule 9 for what f panics with.
func assertMisuse(t *testing.T, f func(), special ...error) {
	t.Helper()
	defer func() {
		t.Helper()
		r := recover()
		err, ok := r.(error)
		if !assert.True(t, ok, "panicked with %v", r) {
			return
		}
		for _, kind := range append(special, semaphore.ErrMisuse) {
			assert.ErrorIs(t, err, kind)
		}
		assert.True(t, strings.HasPrefix(err.Error(), "semaphore: "), err.Error())
	}()
	f()
}

// waysOut are the ways in which a user's function can end.
var waysOut = map[string]func() error{
	"nil":        func() error { return nil },
	"error":      func() error { return errWhy },
	"panic":      func() error { panic(errWhy) },
	"panic(nil)": func() error { panic(nil) },
	"Goexit":     func() error { runtime.Goexit(); return nil },
}

// assertWayOut checks that a call of a user's function ended as that did.
func assertWayOut(t *testing.T, way string, f func() error) {
	t.Helper()
	returned, panicked, err := testkit.Leave(f)
	switch way {
	case "nil":
		assert.NoError(t, err)
		assert.True(t, returned)
	case "error":
		assert.Equal(t, errWhy, err)
	case "panic":
		assert.Equal(t, errWhy, panicked)
	case "panic(nil)":
		var nilPanic *runtime.PanicNilError
		assert.ErrorAs(t, panicked.(error), &nilPanic)
	case "Goexit":
		assert.Nil(t, panicked)
		assert.False(t, returned)
	}
}
