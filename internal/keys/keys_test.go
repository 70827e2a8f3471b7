package keys_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/keys"
)

type pair struct {
	a float64
	b any
}

func TestCheck(t *testing.T) {
	assert.NoError(t, keys.Check(1))
	assert.NoError(t, keys.Check("a"))
	assert.NoError(t, keys.Check(math.Inf(1)))
	assert.NoError(t, keys.Check[any](nil))
	assert.NoError(t, keys.Check[any](pair{1, "a"}))

	const notItself = "key that is not equal to itself"
	assert.EqualError(t, keys.Check(math.NaN()), notItself)
	assert.EqualError(t, keys.Check[any](math.NaN()), notItself)
	assert.EqualError(t, keys.Check(pair{math.NaN(), 1}), notItself)
	assert.EqualError(t, keys.Check([2]float64{1, math.NaN()}), notItself)

	for want, key := range map[string]any{
		"key of type []int, which cannot be hashed":          []int{1},
		"key of type map[string]int, which cannot be hashed": map[string]int{},
		"key of type func(), which cannot be hashed":         func() {},
		"key of type keys_test.pair, which cannot be hashed": pair{1, []int{1}},
	} {
		err := keys.Check(key)
		assert.EqualError(t, err, want)
		var cause runtime.Error
		assert.ErrorAs(t, err, &cause)
	}
}

func TestTable(t *testing.T) {
	var table keys.Table[int, string]
	_, ok := table.Get(1)
	assert.False(t, ok)
	table.Delete(1)
	table.Set(1, "a")
	table.Set(2, "b")
	table.Set(1, "c")
	assert.Equal(t, 2, table.Len())
	v, ok := table.Get(1)
	assert.True(t, ok)
	assert.Equal(t, "c", v)
	table.Delete(1)
	_, ok = table.Get(1)
	assert.False(t, ok)
	assert.Equal(t, 1, table.Len())
}

// A table is a map, whatever it has shrunk to in between.
func TestTableIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table keys.Table[int, int]
	model := map[int]int{}
	for round := range 20 {
		for range 500 {
			key := r.IntN(1000)
			if r.IntN(10) < 2+round%2*6 {
				table.Set(key, round)
				model[key] = round
			} else {
				table.Delete(key)
				delete(model, key)
			}
		}
		got := map[int]int{}
		for key := range 1000 {
			if v, ok := table.Get(key); ok {
				got[key] = v
			}
		}
		assert.True(t, maps.Equal(model, got))
		assert.Equal(t, len(model), table.Len())
	}
}

// Memory follows what is in the table, also downwards.
func TestTableShrinks(t *testing.T) {
	var table keys.Table[int, [8]int]
	table.Set(-1, [8]int{})
	before := heapInUse()
	for i := range 100_000 {
		table.Set(i, [8]int{})
	}
	assert.Greater(t, heapInUse()-before, int64(1<<20))
	for i := range 100_000 {
		table.Delete(i)
	}
	assert.Less(t, heapInUse()-before, int64(100<<10))
	assert.Equal(t, 1, table.Len())
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
