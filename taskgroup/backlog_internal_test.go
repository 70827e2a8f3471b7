package taskgroup

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// indexed returns n tasks with indices from first on.
func indexed(first, n int) []runner {
	tasks := make([]runner, n)
	for i := range tasks {
		r := newNamed("", 1, false)
		r.state.Or(uint64(first+i) << flagBits)
		tasks[i] = r
	}
	return tasks
}

func filled(tasks []runner) *backlog {
	b := &backlog{}
	for _, r := range tasks {
		b.push(r)
	}
	return b
}

func TestBacklogRemoves(t *testing.T) {
	tasks := indexed(10, 5)
	absent := indexed(0, 20)
	for i := range tasks {
		b := filled(tasks)
		require.Same(t, tasks[i], b.remove(tasks[i].task()))
		require.Nil(t, b.remove(tasks[i].task()), "it is gone")
		for _, other := range absent {
			require.Nil(t, b.remove(other.task()), "another task with an index from 0 to 19")
		}
		left := slices.Delete(slices.Clone(tasks), i, i+1)
		require.Equal(t, left, slices.Collect(b.all))
		require.Equal(t, 4, b.n)
		for _, want := range left {
			require.Same(t, want, b.front())
			b.popFront()
		}
		require.Nil(t, b.front())
		require.Zero(t, b.n)
	}
	var empty backlog
	assert.Nil(t, empty.remove(tasks[0].task()))
	assert.Nil(t, empty.front())
}

// The first entry always holds a task, so front finds it at once.
func TestBacklogTrims(t *testing.T) {
	tasks := indexed(0, 8)
	b := filled(tasks)
	for _, i := range []int{1, 2, 4, 5} {
		b.remove(tasks[i].task())
	}
	assert.Same(t, tasks[0], b.front())
	b.popFront()
	assert.Same(t, tasks[3], b.front())
	assert.Same(t, tasks[3], b.remove(tasks[3].task()))
	assert.Same(t, tasks[6], b.front())
	b.remove(tasks[7].task())
	b.popFront()
	assert.Nil(t, b.front())
	assert.Zero(t, b.entries.n, "nor does it hold entries that are empty")
}

func TestBacklogRemoveIf(t *testing.T) {
	tasks := indexed(0, 6)
	b := filled(tasks)
	b.remove(tasks[3].task())
	odd := func(r runner) bool { return r.task().index()%2 == 1 }
	assert.Equal(t, []runner{tasks[1], tasks[5]}, b.removeIf(odd))
	assert.Equal(t, []runner{tasks[0], tasks[2], tasks[4]}, slices.Collect(b.all))
	assert.Equal(t, 3, b.n)
	assert.Empty(t, b.removeIf(odd))
	assert.Len(t, b.removeIf(func(runner) bool { return true }), 3)
	assert.Equal(t, backlog{}, *b)
}

func TestBacklogAllStops(t *testing.T) {
	seen := 0
	for range filled(indexed(0, 5)).all {
		if seen++; seen == 2 {
			break
		}
	}
	assert.Equal(t, 2, seen)
}

// There are never more entries than twice the tasks and a few.
func TestBacklogIsCompacted(t *testing.T) {
	tasks := indexed(0, 1000)
	b := filled(tasks)
	least := b.entries.n
	compactions := 0
	for i := 1; i < len(tasks); i++ {
		require.Same(t, tasks[i], b.remove(tasks[i].task()))
		require.LessOrEqual(t, b.entries.n, 2*b.n+8)
		if b.entries.n < least {
			least = b.entries.n
			compactions++
		}
		require.Same(t, tasks[0], b.front())
	}
	assert.Less(t, compactions, 12, "each halves the entries")
	assert.Positive(t, compactions)
}

// Tasks that come and go behind the first one leave a small ring.
func TestBacklogStaysSmall(t *testing.T) {
	b := filled(indexed(0, 1))
	r := newNamed("", 1, false)
	largest := 0
	for i := range 1_000_000 {
		r.state.Store(uint64(i+1) << flagBits)
		b.push(r)
		largest = max(largest, len(b.entries.ring))
		if b.remove(&r.core) == nil {
			require.Fail(t, "it was not there", i)
		}
	}
	assert.Equal(t, 1, b.n)
	assert.LessOrEqual(t, largest, 16)
}

func TestBacklogDoesAsASlice(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var b backlog
	var model []runner
	next := 0
	for i := range 20_000 {
		switch n := random.IntN(10); {
		case n < 6 == (i/2000%2 == 0):
			r := indexed(next, 1)[0]
			next += 1 + random.IntN(3)
			b.push(r)
			model = append(model, r)
		case len(model) == 0:
			require.Nil(t, b.front())
		case n%2 == 0:
			require.Same(t, model[0], b.front())
			b.popFront()
			model = model[1:]
		default:
			at := random.IntN(len(model))
			require.Same(t, model[at], b.remove(model[at].task()))
			model = slices.Delete(slices.Clone(model), at, at+1)
		}
		require.Equal(t, len(model), b.n)
		if i%100 == 0 {
			require.True(t, slices.Equal(model, slices.Collect(b.all)))
		}
	}
}
