package taskgroup

import (
	"math"
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
	for range 5 {
		u.add(math.MaxInt)
		assert.Equal(t, u != units{low: math.MaxInt}, u.exceed(math.MaxInt))
	}
	assert.Equal(t, units{high: 2, low: math.MaxInt - 4}, u)
	u.sub(math.MaxInt)
	u.sub(math.MaxInt)
	assert.Equal(t, units{high: 1, low: math.MaxInt - 2}, u)
	assert.True(t, u.exceed(math.MaxInt), "the low half alone does not exceed it")
	for range 3 {
		u.sub(math.MaxInt)
	}
	assert.Zero(t, u)
}
