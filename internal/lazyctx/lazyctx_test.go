package lazyctx_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/lazyctx"
)

var (
	errWhy   = errors.New("why")
	errOther = errors.New("other")
)

type key struct{}

func derive(parent context.Context) *lazyctx.Context {
	c := new(lazyctx.Context)
	c.Derive(parent)
	return c
}

// Until it is made, the parent answers; afterwards nothing else does.
func TestAnswersOfTheParent(t *testing.T) {
	parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
	c := derive(parent)
	for range 2 { // not made, then made
		assert.Equal(t, "value", c.Value(key{}))
		assert.NoError(t, c.Err())
		assert.NotNil(t, c.Done())
	}
	cancel(errWhy)
	<-c.Done()
	assert.Equal(t, context.Canceled, c.Err())
	assert.Equal(t, errWhy, context.Cause(c))

	unmade := derive(parent)
	assert.Equal(t, context.Canceled, unmade.Err())
	assert.Equal(t, errWhy, context.Cause(unmade))
}

// The end does not reach the parent, and comes whether or not it is made before.
func TestEnd(t *testing.T) {
	for name, before := range map[string]bool{"made before": true, "made after": false} {
		t.Run(name, func(t *testing.T) {
			c := derive(t.Context())
			if before {
				c.Done()
			}
			c.End()
			c.End()
			assert.Equal(t, context.Canceled, c.Err())
			<-c.Done()
			assert.NoError(t, t.Context().Err())
			assert.False(t, c.Cancel(errWhy))
			assert.Equal(t, context.Canceled, context.Cause(c))
		})
	}
}

// Cancel reports whether its cause is the one.
func TestCancel(t *testing.T) {
	c := derive(t.Context())
	assert.True(t, c.Cancel(errWhy))
	assert.False(t, c.Cancel(errOther))
	assert.Equal(t, errWhy, context.Cause(c))
	c.End()
	assert.Equal(t, errWhy, context.Cause(c))

	parent, cancel := context.WithCancelCause(t.Context())
	cancel(errOther)
	assert.False(t, derive(parent).Cancel(errWhy))
}

// A derived context ends with it, whichever call came first.
func TestChildren(t *testing.T) {
	c := derive(t.Context())
	child, cancel := context.WithCancel(c)
	defer cancel()
	c.Cancel(errWhy)
	<-child.Done()
	assert.Equal(t, errWhy, context.Cause(child))
}

// It can be used and printed from several goroutines while it ends.
func TestConcurrentUse(t *testing.T) {
	for range 100 {
		c := derive(context.WithValue(t.Context(), key{}, "value"))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { <-c.Done() })
			all.Go(func() { _, _ = c.Err(), c.Value(key{}) })
			all.Go(func() { _ = fmt.Sprint(c) })
		}
		all.Go(c.End)
		all.Go(func() { c.Cancel(errWhy) })
		all.Wait()
		assert.Error(t, c.Err())
	}
}

type plain struct{ context.Context } //nolint:containedctx // it is one

// The text names what it derives from and takes nothing apart.
func TestString(t *testing.T) {
	assert.Equal(t, "context.Background.WithCancel", fmt.Sprint(derive(context.Background())))
	assert.Equal(t, "lazyctx_test.plain.WithCancel", fmt.Sprint(derive(plain{context.Background()})))
}

// Nothing is allocated before Done or Cancel is called.
func TestAllocations(t *testing.T) {
	c := derive(t.Context())
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = c.Err(), c.Value(key{}) }))
}
