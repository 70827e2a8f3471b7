package taskgroup

import "math/bits"

// units is a sum of weights. Without a limit any number of tasks of any weight
// may run at once, so it has 128 bits: it cannot overflow.
type units struct{ high, low uint64 }

func (u *units) add(n int) {
	var carry uint64
	u.low, carry = bits.Add64(u.low, uint64(n), 0)
	u.high += carry
}

func (u *units) sub(n int) {
	var borrow uint64
	u.low, borrow = bits.Sub64(u.low, uint64(n), 0)
	u.high -= borrow
}

// exceed reports that the sum is greater than n.
func (u units) exceed(n int) bool { return n < 0 || u.high > 0 || u.low > uint64(n) }
