package testkit_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
)

var errWhy = errors.New("why")

// Without fields it is the background context, with a parent alone the parent.
func TestContextWithoutFields(t *testing.T) {
	type key struct{}
	deadline := time.Now().Add(time.Hour)
	parent, cancel := context.WithDeadline(context.WithValue(t.Context(), key{}, 1), deadline)
	cancel()
	for want, got := range map[context.Context]context.Context{
		context.Background(): &testkit.Context{},
		parent:               &testkit.Context{Parent: parent},
	} {
		assert.Equal(t, want.Done(), got.Done())
		assert.Equal(t, want.Err(), got.Err())
		assert.Equal(t, want.Value(key{}), got.Value(key{}))
		at, ok := want.Deadline()
		gotAt, gotOK := got.Deadline()
		assert.Equal(t, at, gotAt)
		assert.Equal(t, ok, gotOK)
	}
}

// A field that is set is stronger than the parent.
func TestContextWithFields(t *testing.T) {
	parent, cancel := context.WithTimeout(t.Context(), time.Hour)
	cancel()
	done, until := make(chan struct{}), time.Now()
	ctx := &testkit.Context{
		Parent: parent, Channel: done, Until: until,
		OnErr:   testkit.Never,
		OnValue: func(key any) any { return key },
	}
	assert.Equal(t, (<-chan struct{})(done), ctx.Done())
	assert.NoError(t, ctx.Err())
	assert.Equal(t, 1, ctx.Value(1))
	at, ok := ctx.Deadline()
	assert.Equal(t, until, at)
	assert.True(t, ok)
	ctx.OnDone = func() <-chan struct{} { return nil }
	assert.Nil(t, ctx.Done())
}

func TestForeign(t *testing.T) {
	type key struct{}
	ctx := testkit.Foreign(context.WithValue(t.Context(), key{}, 1), errWhy)
	assert.NoError(t, ctx.Err())
	assert.Nil(t, ctx.Value(key{}))
	derived, cancel := context.WithCancel(ctx)
	defer cancel()
	close(ctx.Channel)
	<-ctx.Done()
	<-derived.Done()
	assert.Equal(t, errWhy, ctx.Err())
	assert.Equal(t, errWhy, derived.Err())
}

// What goes to the default logger is there as records and as text, and after the
// test no longer.
func TestCaptureLog(t *testing.T) {
	before := slog.Default()
	t.Run("captured", func(t *testing.T) {
		log := testkit.CaptureLog(t)
		slog.Debug("hello", "n", 1)
		slog.With("a", 2).WithGroup("g").Info("again", "b", 3)
		records := log.Take()
		require.Len(t, records, 2)
		assert.Equal(t, "hello", records[0].Message)
		assert.Equal(t, slog.LevelDebug, records[0].Level)
		assert.Equal(t, "1", testkit.Attr(records[0], "n"))
		assert.Empty(t, testkit.Attr(records[0], "m"))
		assert.Empty(t, log.Take())
		assert.Contains(t, log.String(), "level=DEBUG msg=hello n=1")
		assert.Contains(t, log.String(), "level=INFO msg=again a=2 g.b=3")
	})
	assert.Same(t, before, slog.Default())
}

func TestScript(t *testing.T) {
	s := &testkit.Script{Data: []byte{7, 9}}
	assert.Equal(t, 1, s.Next(3))
	assert.Equal(t, 4, s.Next(5))
	assert.Zero(t, s.Next(5))
	s.Note("%d of %d", 1, 2)
	assert.Equal(t, []string{"1 of 2"}, s.Log)
}

func TestWaysToEnd(t *testing.T) {
	assert.Equal(t, errWhy, testkit.Raised(func() { panic(errWhy) }))
	assert.Nil(t, testkit.Raised(func() {}))
	for name, c := range map[string]struct {
		f        func() error
		returned bool
		panicked any
		err      error
	}{
		"returns": {func() error { return errWhy }, true, nil, errWhy},
		"panics":  {func() error { panic(errWhy) }, false, errWhy, nil},
		"exits":   {func() error { runtime.Goexit(); return nil }, false, nil, nil},
	} {
		returned, panicked, err := testkit.Leave(c.f)
		assert.Equal(t, c.returned, returned, name)
		assert.Equal(t, c.panicked, panicked, name)
		assert.Equal(t, c.err, err, name)
	}
}
