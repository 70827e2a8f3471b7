package taskgroup

// fifo is a queue in a ring that grows as needed and, once it is empty, does
// not hold on to a large one.
type fifo[E any] struct {
	ring  []E // its length is a power of 2
	first int
	n     int
}

const fifoKeeps = 1024 // how long the ring of an empty queue may be

func (q *fifo[E]) push(e E) {
	if q.n == len(q.ring) {
		larger := make([]E, max(16, 4*q.n))
		copied := copy(larger, q.ring[q.first:])
		copy(larger[copied:], q.ring[:q.first])
		clear(q.ring) // it may be part of something that outlives it
		q.ring, q.first = larger, 0
	}
	*q.at(q.n) = e
	q.n++
}

// at returns the element behind i others; the ring must be longer than that.
func (q *fifo[E]) at(i int) *E { return &q.ring[(q.first+i)&(len(q.ring)-1)] }

// pop takes out the first element, if there is one.
func (q *fifo[E]) pop() (e E, ok bool) {
	if q.n == 0 {
		return e, false
	}
	first := q.at(0)
	e, *first = *first, e
	q.first = (q.first + 1) & (len(q.ring) - 1)
	if q.n--; q.n == 0 && len(q.ring) > fifoKeeps {
		q.ring, q.first = nil, 0
	}
	return e, true
}
