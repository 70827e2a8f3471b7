package taskgroup

import "sort"

// backlog is a queue of accepted tasks that wait for a slot without a
// goroutine.
//
// Tasks enter it in the order of their indices, so a task is found by its
// index, and needs no memory but its entry. Taking one out of the middle leaves
// an empty entry. There are never more of those than of others, by and large,
// so each of these methods costs O(1) on average, and remove O(log n).
type backlog struct {
	entries fifo[backlogEntry]
	n       int // tasks in it
}

// len returns how many tasks wait. A group without a backlog has a nil one,
// which is always empty.
func (b *backlog) len() int {
	if b == nil {
		return 0
	}
	return b.n
}

type backlogEntry struct {
	index int
	task  runner // nil: taken out
}

func (b *backlog) push(r runner) {
	b.entries.push(backlogEntry{r.task().index(), r})
	b.n++
}

// front returns the task that has waited longest, or nil.
func (b *backlog) front() runner {
	if b.len() == 0 {
		return nil
	}
	return b.entries.at(0).task
}

func (b *backlog) popFront() {
	b.entries.pop()
	b.n--
	b.trim()
}

// trim has the first entry hold a task, if there is one.
func (b *backlog) trim() {
	for b.entries.n > 0 && b.entries.at(0).task == nil {
		b.entries.pop()
	}
}

// remove takes out that task, and returns nil if it is not there.
func (b *backlog) remove(c *core) runner {
	if b.len() == 0 {
		return nil
	}
	i := sort.Search(b.entries.n, func(i int) bool { return b.entries.at(i).index >= c.index() })
	if i == b.entries.n {
		return nil
	}
	removed := b.entries.at(i).task
	if removed == nil || removed.task() != c {
		return nil
	}
	b.entries.at(i).task = nil
	b.n--
	b.trim()
	if b.entries.n > 2*b.n+8 {
		b.removeIf(func(runner) bool { return false })
	}
	return removed
}

// removeIf takes out every task for which f is true, and returns them in order.
func (b *backlog) removeIf(f func(runner) bool) (removed []runner) {
	if b == nil {
		return nil
	}
	left := b.entries
	*b = backlog{}
	for e, ok := left.pop(); ok; e, ok = left.pop() {
		switch {
		case e.task == nil:
		case f(e.task):
			removed = append(removed, e.task)
		default:
			b.entries.push(e)
			b.n++
		}
	}
	return removed
}

// all yields every task, in order.
func (b *backlog) all(yield func(runner) bool) {
	if b == nil {
		return
	}
	for i := range b.entries.n {
		if r := b.entries.at(i).task; r != nil && !yield(r) {
			return
		}
	}
}
