package taskgroup

// fifo is a queue in a ring that grows as needed.
type fifo[E any] struct {
	ring  []*E // its length is a power of 2
	first int
	n     int
}

func (q *fifo[E]) push(e *E) {
	if q.n == len(q.ring) {
		bigger := make([]*E, max(4, 2*q.n))
		copied := copy(bigger, q.ring[q.first:])
		copy(bigger[copied:], q.ring[:q.first])
		q.ring, q.first = bigger, 0
	}
	q.ring[(q.first+q.n)&(len(q.ring)-1)] = e
	q.n++
}

// front returns the first element, or nil.
func (q *fifo[E]) front() *E {
	if q.n == 0 {
		return nil
	}
	return q.ring[q.first]
}

// pop takes the first element out and returns it, or nil.
func (q *fifo[E]) pop() *E {
	e := q.front()
	if e != nil {
		q.ring[q.first] = nil
		q.first = (q.first + 1) & (len(q.ring) - 1)
		q.n--
	}
	return e
}
