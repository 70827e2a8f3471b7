package semaphore_test

import (
	"context"
	"math"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

func TestNewKeyedTakesAtLeastOne(t *testing.T) {
	for _, n := range []int{0, -1} {
		assertMisuse(t, func() { semaphore.NewKeyed[int](n) })
	}
	var zero semaphore.Keyed[int]
	assertMisuse(t, func() { _ = zero.Acquire(t.Context(), 1) })
	assertMisuse(t, func() { zero.TryAcquire(1) })
	assertMisuse(t, func() { zero.Release(1) })
	assertMisuse(t, func() { _ = zero.Do(t.Context(), 1, func(context.Context) error { return nil }) })
	assert.Zero(t, zero.Len())
}

// A key is there from its first use to its last holder and waiter.
func TestKeyedLen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[string](2)
		assert.Zero(t, k.Len())
		assert.NoError(t, k.Acquire(t.Context(), "a"))
		assert.True(t, k.TryAcquire("b"))
		assert.True(t, k.TryAcquire("b"))
		assert.False(t, k.TryAcquire("b"))
		assert.Equal(t, 2, k.Len())
		c := begin(func() error { return k.Acquire(t.Context(), "b") })
		k.Release("b")
		c.assertReturned(t, nil)
		k.Release("b")
		assert.Equal(t, 2, k.Len())
		k.Release("b")
		assert.Equal(t, 1, k.Len())
		k.Release("a")
		assert.Zero(t, k.Len())
		assert.True(t, k.TryAcquire("b"), "the same key again")
		assert.True(t, k.TryAcquire("b"))
		assert.False(t, k.TryAcquire("b"))
		k.Release("b")
		k.Release("b")
	})
}

// P-76: different keys never wait for each other, and each has its own line.
func TestKeysDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[int](1)
		var waiting []*call
		for key := range 100 {
			assert.True(t, k.TryAcquire(key))
		}
		for key := range 100 {
			waiting = append(waiting, begin(func() error { return k.Acquire(t.Context(), key) }))
		}
		for key := range 100 {
			k.Release(key)
			for other, c := range waiting {
				if other <= key {
					c.assertReturned(t, nil)
				} else if other < key+3 {
					c.assertBlocked(t)
				}
			}
			k.Release(key)
		}
		assert.Zero(t, k.Len())
	})
}

// Rule 6, for one key.
func TestKeyedIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[string](1)
		assert.True(t, k.TryAcquire("x"))
		var waiting []*call
		for range 3 {
			waiting = append(waiting, begin(func() error { return k.Acquire(t.Context(), "x") }))
		}
		for i := range waiting {
			k.Release("x")
			assert.False(t, k.TryAcquire("x"), "handed over")
			for j, c := range waiting {
				if j <= i {
					c.assertReturned(t, nil)
				} else {
					c.assertBlocked(t)
				}
			}
		}
		k.Release("x")
		assert.Zero(t, k.Len())
	})
}

// A failed attempt, whatever failed it, leaves nothing.
func TestKeyedFailureLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[string](1)
		done := canceled(t)
		assertContextError(t, done, k.Acquire(done, "x"))
		assert.Zero(t, k.Len())

		assert.True(t, k.TryAcquire("x"))
		assert.False(t, k.TryAcquire("x"))
		ctx, cancel := context.WithCancelCause(t.Context())
		c := begin(func() error { return k.Acquire(ctx, "x") })
		c.assertBlocked(t)
		cancel(errWhy)
		k.Release("x")
		c.assertReturned(t, errWhy)
		assert.Zero(t, k.Len())

		assert.True(t, k.TryAcquire("x"))
		c = begin(func() error { return k.Acquire(ctx, "x") })
		c.assertReturned(t, context.Canceled)
		assert.Equal(t, 1, k.Len())
		k.Release("x")
		assert.Zero(t, k.Len())
	})
}

// What another goroutine has released of a waiter that was granted and is
// canceled leaves the count of keys as it should be.
func TestKeyedReleasedForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[string](1)
		assert.True(t, k.TryAcquire("x"))
		c := begin(func() error {
			return k.Acquire(newGrudging(t.Context(), nothing, func() {
				k.Release("x") // the waiter's
				assert.True(t, k.TryAcquire("y"))
			}), "x")
		})
		k.Release("x")
		c.assertReturned(t, context.Canceled)
		assert.Equal(t, 1, k.Len())
		assert.False(t, k.TryAcquire("y"))
		assert.True(t, k.TryAcquire("x"))
		k.Release("x")
		k.Release("y")
		assert.Zero(t, k.Len())
	})
}

// A context that ends, or panics, when the call has taken a permit that came
// free during the call.
func TestKeyedContextEndsLate(t *testing.T) {
	for _, panics := range []bool{false, true} {
		k := semaphore.NewKeyed[string](1)
		assert.True(t, k.TryAcquire("x"))
		ctx := newGrudging(t.Context(), func() { k.Release("x") }, func() {
			if panics {
				panic(errWhy)
			}
		})
		_, panicked, err := testkit.Leave(func() error { return k.Acquire(ctx, "x") })
		if panics {
			assert.Equal(t, errWhy, panicked)
		} else {
			assert.ErrorIs(t, err, context.Canceled)
		}
		assert.Zero(t, k.Len())
	}
}

// Sizes that the fast path cannot hold.
func TestKeyedHugeNumbers(t *testing.T) {
	k := semaphore.NewKeyed[string](math.MaxInt)
	assert.True(t, k.TryAcquire("x"))
	assert.True(t, k.TryAcquire("x"))
	k.Release("x")
	assert.Equal(t, 1, k.Len())
	k.Release("x")
	assert.Zero(t, k.Len())
	assertMisuse(t, func() { k.Release("x") }, semaphore.ErrOverRelease)
}

// Rule 9: a release of what is not held panics.
func TestKeyedReleaseOfWhatIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := semaphore.NewKeyed[string](2)
		assertMisuse(t, func() { k.Release("x") }, semaphore.ErrOverRelease)
		assert.Zero(t, k.Len())
		assert.True(t, k.TryAcquire("y"))
		assertMisuse(t, func() { k.Release("x") }, semaphore.ErrOverRelease)
		k.Release("y")
		assertMisuse(t, func() { k.Release("y") }, semaphore.ErrOverRelease)
		assert.Zero(t, k.Len())
	})
}

// Every method that takes a key.
var keyedMethods = map[string]func(k *semaphore.Keyed[any], key any){
	"Acquire":    func(k *semaphore.Keyed[any], key any) { _ = k.Acquire(context.Background(), key) },
	"TryAcquire": func(k *semaphore.Keyed[any], key any) { k.TryAcquire(key) },
	"Release":    func(k *semaphore.Keyed[any], key any) { k.Release(key) },
	"Do": func(k *semaphore.Keyed[any], key any) {
		_ = k.Do(context.Background(), key, func(context.Context) error { panic("called") })
	},
}

// A key that is not equal to itself, or cannot be hashed, panics before
// anything is locked.
func TestKeysThatAreNone(t *testing.T) {
	keys := map[string]any{
		"NaN":               math.NaN(),
		"NaN in a struct":   struct{ f float64 }{math.NaN()},
		"slice":             []int{1},
		"map":               map[int]int{},
		"func":              func() {},
		"slice in a struct": struct{ v any }{[]int{1}},
		"slice in an array": [1]any{[]int{1}},
	}
	for name, key := range keys {
		for method, call := range keyedMethods {
			t.Run(name+"/"+method, func(t *testing.T) {
				k := semaphore.NewKeyed[any](1)
				assert.True(t, k.TryAcquire(1))
				assertMisuse(t, func() { call(k, key) })
				assert.Equal(t, 1, k.Len())
				k.Release(1)
				assert.True(t, k.TryAcquire(2), "nothing is left locked")
			})
		}
	}
	assertMisuse(t, func() { semaphore.NewKeyed[float64](1).TryAcquire(math.NaN()) })

	// The runtime's own error is kept.
	defer func() {
		var err runtime.Error
		assert.ErrorAs(t, recover().(error), &err)
	}()
	semaphore.NewKeyed[any](1).TryAcquire([]int{})
}

// A nil interface, and zero keys in general, are keys like any other.
func TestZeroKeys(t *testing.T) {
	k := semaphore.NewKeyed[any](1)
	for _, key := range []any{nil, 0, "", struct{}{}, 0.0} {
		assert.True(t, k.TryAcquire(key))
		assert.False(t, k.TryAcquire(key))
	}
	assert.False(t, k.TryAcquire(math.Copysign(0, -1)), "0.0 == -0.0")
	assert.Equal(t, 5, k.Len())
}

// Rule 11, P-76: very many keys at once, and after them nothing. One that stays
// does not keep the memory of the others.
func TestKeyedForgetsWhatIsFinished(t *testing.T) {
	n := 300_000
	if testkit.Race || testing.Short() {
		n = 50_000
	}
	k := semaphore.NewKeyed[string](1)
	require.True(t, k.TryAcquire("stays"))
	before := testkit.HeapInUse()
	for i := range n {
		k.TryAcquire(strconv.Itoa(i))
	}
	assert.Equal(t, n+1, k.Len())
	for i := range n {
		k.Release(strconv.Itoa(i))
	}
	assert.Equal(t, 1, k.Len())
	assert.InDelta(t, before, testkit.HeapInUse(), 256<<10)
	k.Release("stays")
	assert.Zero(t, k.Len())
}
