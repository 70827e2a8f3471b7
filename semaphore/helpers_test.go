package semaphore_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// meeting is a context that ends when Done is first called, which is after a
// call has found it alive and before that call is in line, and then calls meet.
// So what meet releases comes free only after the context has ended.
type meeting struct {
	context.Context //nolint:containedctx // it is a context

	meet  func()
	ended bool
	done  chan struct{}
}

func newMeeting(ctx context.Context, meet func()) *meeting {
	m := &meeting{Context: ctx, meet: meet, done: make(chan struct{})}
	close(m.done)
	return m
}

func (m *meeting) Done() <-chan struct{} {
	if !m.ended {
		m.ended = true
		m.meet()
	}
	return m.done
}

func (m *meeting) Err() error {
	if m.ended {
		return context.Canceled
	}
	return nil
}

// grudging is a context that is alive when it is first looked at. At the second
// look, which a waiter takes when it has been granted, it calls hook and says
// that it has ended.
type grudging struct {
	context.Context //nolint:containedctx // it is a context

	looks int
	hook  func()
}

func (g *grudging) Done() <-chan struct{} { return make(chan struct{}) }

func (g *grudging) Err() error {
	if g.looks++; g.looks == 1 {
		return nil
	}
	if hook := g.hook; hook != nil {
		g.hook = nil
		hook()
	}
	return context.Canceled
}

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

// leave runs f in a goroutine and reports how it ended.
func leave(f func() error) (returned bool, panicked any, err error) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() { panicked = recover() }()
		err = f()
		returned = true
	})
	wg.Wait()
	return returned, panicked, err
}

// assertWayOut checks that a call of a user's function ended as that did.
func assertWayOut(t *testing.T, way string, f func() error) {
	t.Helper()
	returned, panicked, err := leave(f)
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
