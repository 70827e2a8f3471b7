package taskgroup

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFifoIsEmpty(t *testing.T) {
	var q fifo[int]
	_, ok := q.pop()
	assert.False(t, ok)
	assert.Nil(t, q.ring)
	q.push(1)
	_, ok = q.pop()
	assert.True(t, ok)
	_, ok = q.pop()
	assert.False(t, ok)
	assert.Zero(t, q.n)
}

// Whatever the first position is when the ring grows, the order stays.
func TestFifoGrowsWherever(t *testing.T) {
	for first := range 16 {
		var q fifo[int]
		for i := range 16 {
			q.push(i)
		}
		for range first {
			q.pop()
		}
		for i := range first {
			q.push(16 + i)
		}
		require.Len(t, q.ring, 16, "it wraps around")
		q.push(16 + first)
		require.Len(t, q.ring, 64)
		for i := range q.n {
			require.Equal(t, first+i, *q.at(i))
		}
		for i := range 17 {
			v, ok := q.pop()
			require.True(t, ok)
			require.Equal(t, first+i, v)
		}
		require.Zero(t, q.n)
	}
}

func TestFifoDoesAsASlice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var q fifo[int]
	var model []int
	for i := range 20_000 {
		if pushes := i/1000%2 == 0; random.IntN(10) < 4 == pushes {
			v, ok := q.pop()
			require.Equal(t, len(model) > 0, ok)
			if ok {
				require.Equal(t, model[0], v)
				model = model[1:]
			}
		} else {
			q.push(i)
			model = append(model, i)
		}
		require.Equal(t, len(model), q.n)
		if len(model) > 0 {
			at := random.IntN(len(model))
			require.Equal(t, model[at], *q.at(at))
		}
	}
}

// An empty queue has a ring of fifoKeeps entries at most, and a ring that is not
// longer stays.
func TestFifoReleasesALargeRing(t *testing.T) {
	for _, test := range []struct{ most, left int }{{fifoKeeps, fifoKeeps}, {fifoKeeps + 1, 0}} {
		var q fifo[int]
		for i := range test.most {
			q.push(i)
		}
		large := len(q.ring)
		for q.n > 1 {
			q.pop()
			require.Len(t, q.ring, large)
		}
		q.pop()
		assert.Len(t, q.ring, test.left)
		for i := range 3 {
			q.push(i)
		}
		for i := range 3 {
			v, _ := q.pop()
			assert.Equal(t, i, v)
		}
	}
}

// What was taken out is not kept by the ring.
func TestFifoForgets(t *testing.T) {
	var q fifo[*int]
	for range 7 {
		q.push(new(int))
	}
	for q.n > 0 {
		q.pop()
	}
	for _, p := range q.ring {
		assert.Nil(t, p)
	}
}
