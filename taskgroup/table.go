package taskgroup

import (
	"hash/maphash"
	"math/bits"
)

// table finds the member for a handle. It is a hash table whose chains lie in
// its members, so that one more takes no memory of its own, and it shrinks as
// they leave.
type table struct {
	n       int
	buckets []*member // a power of two, or none
}

// seed is for the hashes of handles.
var seed = maphash.MakeSeed()

// hash returns the hash of a handle. One of this package has one completion,
// which is cheaper to hash.
func (t *target) hash() uint64 {
	if t.completion != nil {
		return maphash.Comparable(seed, t.completion)
	}
	return maphash.Comparable(seed, t.awaitable)
}

// find returns the member for the awaitable whose hash is given, or nil.
func (t *table) find(a Awaitable, hash uint64) *member {
	if t.n == 0 {
		return nil
	}
	m := *t.bucket(hash)
	for m != nil && (m.hashed != hash || m.awaitable != a) {
		m = m.chain
	}
	return m
}

// add adds m, whose hash is set. It is not in the table yet, and there is room.
func (t *table) add(m *member) {
	bucket := t.bucket(m.hashed)
	m.chain, *bucket = *bucket, m
	t.n++
}

// bucketsFor returns how many buckets n members need.
func bucketsFor(n int) int { return max(8, 1<<bits.Len(uint(n-1))) }

// reserve makes room for n more.
func (t *table) reserve(n int) {
	if n += t.n; n > len(t.buckets) {
		t.resize(bucketsFor(n))
	}
}

// all yields every member; the table must not change meanwhile.
func (t *table) all(yield func(*member) bool) {
	for _, m := range t.buckets {
		for ; m != nil; m = m.chain {
			if !yield(m) {
				return
			}
		}
	}
}

// remove removes m, which is there.
func (t *table) remove(m *member) {
	place := t.bucket(m.hashed)
	for *place != m {
		place = &(*place).chain
	}
	*place, m.chain = m.chain, nil
	t.n--
	if size := len(t.buckets); size > 64 && t.n < size/8 {
		t.resize(size / 4)
	}
}

func (t *table) bucket(hash uint64) **member {
	return &t.buckets[hash&uint64(len(t.buckets)-1)]
}

func (t *table) resize(size int) {
	old := t.buckets
	t.buckets = make([]*member, size)
	for _, m := range old {
		for m != nil {
			next, bucket := m.chain, t.bucket(m.hashed)
			m.chain, *bucket = *bucket, m
			m = next
		}
	}
}
