package queue_test

import (
	"cmp"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// FIFO, LIFO, smallest first.
func TestOrderOfEachKind(t *testing.T) {
	for name, want := range map[string][]int{
		"fifo":     {3, 1, 2, 5, 4},
		"lifo":     {4, 5, 2, 1, 3},
		"priority": {1, 2, 3, 4, 5},
	} {
		q := kinds[name](0)
		fill(t, q, 3, 1, 2, 5, 4)
		assert.Equal(t, want, drain(t, q), name)
	}
}

// Q-01, P-89: no room is no bound.
func TestWithoutBoundNeverFull(t *testing.T) {
	for name, newQueue := range kinds {
		for _, maxsize := range []int{0, -1, math.MinInt} {
			q := newQueue(maxsize)
			for i := range 10_000 {
				require.NoError(t, q.TryPut(i), name)
			}
			assert.Equal(t, 10_000, q.Len())
			assert.Zero(t, q.Cap(), "asyncio's maxsize would be %d", maxsize)
		}
	}
}

func TestBound(t *testing.T) {
	for name, newQueue := range kinds {
		q := newQueue(3)
		assert.Equal(t, 3, q.Cap())
		fill(t, q, 1, 2, 3)
		assert.ErrorIs(t, q.TryPut(4), queue.ErrFull, name)
		assert.Equal(t, 3, q.Len())
		_, err := q.TryGet()
		require.NoError(t, err)
		assert.NoError(t, q.TryPut(4))
	}
}

// The bound is not a size that is made room for.
func TestHugeBound(t *testing.T) {
	for _, newQueue := range kinds {
		q := newQueue(math.MaxInt)
		fill(t, q, 1)
		assert.Equal(t, math.MaxInt, q.Cap())
	}
}

func TestZeroQueueIsUnboundedFIFO(t *testing.T) {
	var q queue.Queue[int]
	assert.Zero(t, q.Cap())
	want := []int{}
	for i := range 1000 {
		fill(t, &q, i)
		want = append(want, i)
	}
	assert.Equal(t, 1000, q.Unfinished())
	assert.Equal(t, want, drain(t, &q))
	_, err := q.TryGet()
	assert.ErrorIs(t, err, queue.ErrEmpty)
	q.Shutdown()
	assert.ErrorIs(t, q.TryPut(1), queue.ErrShutdown)
}

// Rule 9: a nil comparison panics.
func TestNilComparisonIsMisuse(t *testing.T) {
	assert.ErrorIs(t, panicked(func() { queue.NewPriority[int](1, nil) }), queue.ErrMisuse)
}

// Items of any type, and of no size.
func TestOtherTypes(t *testing.T) {
	words := queue.NewPriority(2, cmp.Compare[string])
	require.NoError(t, words.TryPut("b"))
	require.NoError(t, words.TryPut("a"))
	word, err := words.TryGet()
	require.NoError(t, err)
	assert.Equal(t, "a", word)

	signals := queue.New[struct{}](0)
	for range 1000 {
		require.NoError(t, signals.TryPut(struct{}{}))
	}
	assert.Len(t, signals.ShutdownNow(), 1000)

	funcs := queue.NewLIFO[func() int](0)
	require.NoError(t, funcs.TryPut(func() int { return 7 }))
	f, err := funcs.TryGet()
	require.NoError(t, err)
	assert.Equal(t, 7, f())
}

// The errors are different and say whose they are.
func TestErrors(t *testing.T) {
	all := []error{queue.ErrEmpty, queue.ErrFull, queue.ErrShutdown, queue.ErrTaskDone, queue.ErrMisuse}
	for i, a := range all {
		assert.Regexp(t, `^queue: `, a.Error())
		for j, b := range all {
			assert.Equal(t, i == j, a == b) //nolint:errorlint // identity is what is tested
		}
	}
}
