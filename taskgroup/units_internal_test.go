package taskgroup

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnits(t *testing.T) {
	var u units
	assert.False(t, u.exceed(0))
	assert.True(t, u.exceed(-1), "any sum is greater")
	u.add(3)
	assert.True(t, u.exceed(2))
	assert.False(t, u.exceed(3))
	assert.False(t, u.exceed(math.MaxInt))
	u.sub(2)
	assert.Equal(t, units{low: 1}, u)
	assert.False(t, u.exceed(1))
}

// The sum of as many weights as there can be tasks does not overflow.
func TestUnitsOf128Bits(t *testing.T) {
	var u units
	sum := func() *big.Int {
		high := new(big.Int).SetUint64(u.high)
		return high.Lsh(high, 64).Add(high, new(big.Int).SetUint64(u.low))
	}
	times := func(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(math.MaxInt)) }
	for n := range int64(5) {
		u.add(math.MaxInt)
		assert.Equal(t, times(n+1), sum())
		assert.Equal(t, n > 0, u.exceed(math.MaxInt))
	}
	for n := int64(4); n >= 0; n-- {
		u.sub(math.MaxInt)
		assert.Zero(t, times(n).Cmp(sum()))
		assert.Equal(t, n > 1, u.exceed(math.MaxInt), "also where the low half alone does not exceed it")
	}
	assert.Zero(t, u)
}
