// Package waitlist is the FIFO queue of blocked callers that every primitive of
// the module keeps.
//
// A node is made for one wait and thrown away after it, channel and all: a
// channel that outlived its wait would tie the primitive to the
// testing/synctest bubble in which it was first used.
package waitlist

// Node is one waiter's place in a [List]. The zero value is in no list.
type Node[T any] struct {
	Value      T
	prev, next *Node[T]
	in         bool
}

// List is a doubly linked queue of nodes; its zero value is empty. It is
// guarded by the lock of the primitive it belongs to. Every method is O(1).
type List[T any] struct {
	head, tail *Node[T]
	n          int
}

// Len returns how many nodes are in the list.
func (l *List[T]) Len() int { return l.n }

// Front returns the node that has waited longest, or nil.
func (l *List[T]) Front() *Node[T] { return l.head }

// Next returns the node behind n, or nil.
func (n *Node[T]) Next() *Node[T] { return n.next }

// PushBack puts n, which is in no list, at the end.
func (l *List[T]) PushBack(n *Node[T]) {
	n.prev, n.in = l.tail, true
	if l.tail != nil {
		l.tail.next = n
	} else {
		l.head = n
	}
	l.tail = n
	l.n++
}

// PopFront takes out the node that has waited longest; nil if there is none.
func (l *List[T]) PopFront() *Node[T] {
	n := l.head
	if n != nil {
		l.Remove(n)
	}
	return n
}

// Remove takes n out of the list it is in, which must be l, and reports
// whether it was in it.
func (l *List[T]) Remove(n *Node[T]) bool {
	if !n.in {
		return false
	}
	if n.prev != nil {
		n.prev.next = n.next
	} else {
		l.head = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	} else {
		l.tail = n.prev
	}
	n.prev, n.next, n.in = nil, nil, false
	l.n--
	return true
}
