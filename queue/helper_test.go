package queue_test

import (
	"cmp"
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// kinds makes a queue of each kind.
var kinds = map[string]func(maxsize int) *queue.Queue[int]{
	"fifo":     queue.New[int],
	"lifo":     queue.NewLIFO[int],
	"priority": func(maxsize int) *queue.Queue[int] { return queue.NewPriority(maxsize, cmp.Compare[int]) },
}

// A kindTest is a test with one kind of queue.
type kindTest struct {
	*testing.T
	make func(maxsize int) *queue.Queue[int]
}

// eachKind runs test in a bubble for each kind of queue.
func eachKind(t *testing.T, test func(t kindTest)) {
	t.Helper()
	for name, newQueue := range kinds {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(kindTest{t, newQueue}) })
		})
	}
}

// A tester is what the helpers below need of a test.
type tester interface {
	require.TestingT
	Helper()
}

// A call is one that may block, made in a goroutine of its own. Look at it when
// all are blocked or have ended.
type call struct {
	items    []int
	err      error
	returned bool // or else it is still blocked, unless one of these:
	panicked any
	goexited bool
}

func start(f func() ([]int, error)) *call {
	c := new(call)
	go func() {
		defer func() {
			if c.returned {
				return
			}
			if c.panicked = recover(); c.panicked == nil {
				c.goexited = true
			}
		}()
		c.items, c.err = f()
		c.returned = true
	}()
	return c
}

// then starts f and waits until it has returned or is blocked, so that a series
// of calls arrives in order.
func then(f func() ([]int, error)) *call {
	c := start(f)
	synctest.Wait()
	return c
}

func put(ctx context.Context, q *queue.Queue[int], v int) func() ([]int, error) {
	return func() ([]int, error) { return nil, q.Put(ctx, v) }
}

func get(ctx context.Context, q *queue.Queue[int]) func() ([]int, error) {
	return func() ([]int, error) {
		v, err := q.Get(ctx)
		return []int{v}, err
	}
}

func join(ctx context.Context, q *queue.Queue[int]) func() ([]int, error) {
	return func() ([]int, error) { return nil, q.Join(ctx) }
}

func (c *call) blocked() bool { return !c.returned && c.panicked == nil && !c.goexited }

func (c *call) isBlocked(t tester, what ...any) {
	t.Helper()
	assert.True(t, c.blocked(), what...)
}

func (c *call) succeeded(t tester, items ...int) {
	t.Helper()
	assert.True(t, c.returned, "it has not returned")
	assert.NoError(t, c.err)
	assert.Equal(t, items, c.items)
}

func (c *call) failed(t tester, want error) {
	t.Helper()
	assert.True(t, c.returned, "it has not returned")
	assert.ErrorIs(t, c.err, want)
}

// fill puts values into a queue that has room for them.
func fill(t tester, q *queue.Queue[int], values ...int) {
	t.Helper()
	for _, v := range values {
		assert.NoError(t, q.TryPut(v))
	}
}

// drain takes out all there is.
func drain(t tester, q *queue.Queue[int]) []int {
	t.Helper()
	all := []int{}
	for {
		v, err := q.TryGet()
		if err != nil {
			return all
		}
		all = append(all, v)
	}
}

// done returns a context that has ended.
func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// panicked calls f and returns the error that it panics with, or nil.
func panicked(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
