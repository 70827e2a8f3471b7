package queue

// These are what calls on a priority queue do under the lock. Each may be left
// in the middle of a comparison, by a panic or by runtime.Goexit, so a deferred
// call unlocks.

// insertLocked lets an item into a priority queue that has room for it, and
// unlocks.
func (q *Queue[T]) insertLocked(item T) {
	defer q.passOnLocked()
	q.heap.push(item)
	q.unfinished++
}

// removeLocked takes the next item out of a priority queue that is not empty,
// and unlocks.
func (q *Queue[T]) removeLocked() T {
	defer q.passOnLocked()
	return q.heap.pop()
}

// removeIntoLocked is removeLocked for buf[at], and the item is pending.
// If the comparison panics, the items before it, which the batch has taken so
// far, go back into the queue.
func (q *Queue[T]) removeIntoLocked(buf []T, at int) {
	taken := false
	defer func() {
		if taken {
			q.pending++
		} else {
			q.heap.giveBack(buf[:at])
			clear(buf[:at])
			q.pending -= at
		}
		q.passOnLocked()
	}()
	buf[at] = q.heap.pop()
	taken = true
}

// passOnLocked ends the use of the lock in a priority queue. If there is room
// and a Put waits for it, that is served with the lock: no other call can get
// between the item that has made room and the one that takes it.
func (q *Queue[T]) passOnLocked() {
	if !q.fullLocked() {
		if w := q.putters.next(); w != nil {
			close(w.ready)
			return
		}
	}
	q.mu.Unlock()
}
