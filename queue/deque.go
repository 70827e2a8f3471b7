package queue

import "unsafe"

const (
	firstRoom  = 8       // items that the first chunk has room for
	chunkRoom  = 128     // items that a chunk has room for at most
	chunkBytes = 1 << 14 // and bytes, unless one item takes more
)

// roomFor returns how many items fit into chunkBytes, but at least one and not
// more than most.
func roomFor[T any](most int) int {
	var item T
	return min(max(chunkBytes/max(int(unsafe.Sizeof(item)), 1), 1), most)
}

// A deque holds items in order of arrival. Its zero value is empty.
//
// The items are in a list of chunks, so that growing moves nothing, and what a
// burst has taken up is released as it drains: all but two chunks, between
// which a queue that stays short alternates for good.
type deque[T any] struct {
	n          int       // how many items there are
	front      []T       // the room of the first chunk
	first      int       // where the oldest item is in front
	back       []T       // the room of the last chunk
	end        int       // where the next item goes in back
	head, tail *chunk[T] // the first and the last chunk; nil before the first item
	spare      *chunk[T] // the chunk that was emptied last, or nil
}

// A chunk in the list holds an item, but for the only one of an empty deque.
type chunk[T any] struct {
	room       []T
	prev, next *chunk[T]
}

func (d *deque[T]) push(item T) {
	if !d.hasRoom() {
		d.grow()
	}
	d.add(item)
}

// hasRoom reports that the last chunk has.
func (d *deque[T]) hasRoom() bool { return d.end < len(d.back) }

// add is push if hasRoom.
func (d *deque[T]) add(item T) {
	d.back[d.end] = item
	d.end++
	d.n++
}

// grow adds a chunk that has room for as many items as there are, within
// limits.
func (d *deque[T]) grow() {
	c := d.spare
	d.spare = nil
	if c == nil {
		c = &chunk[T]{room: make([]T, min(max(d.n, firstRoom), roomFor[T](chunkRoom)))}
	}
	if d.tail == nil {
		d.head, d.front = c, c.room
	} else {
		c.prev, d.tail.next = d.tail, c
	}
	d.tail, d.back, d.end = c, c.room, 0
}

// popFront takes out the oldest item of a deque that is not empty.
func (d *deque[T]) popFront() (item T) {
	item, d.front[d.first] = d.front[d.first], item
	d.first++
	d.n--
	if d.n == 0 || d.first == len(d.front) {
		d.leaveHead()
	}
	return item
}

// popBack takes out the newest item of a deque that is not empty.
func (d *deque[T]) popBack() (item T) {
	d.end--
	item, d.back[d.end] = d.back[d.end], item
	d.n--
	if d.n > 0 && d.end == 0 {
		d.leaveTail()
	}
	return item
}

// popInto takes out the oldest items, as many as there are and buf has room
// for, and returns how many.
func (d *deque[T]) popInto(buf []T) int {
	n := 0
	for n < len(buf) && d.n > 0 {
		items := d.front[d.first:]
		items = items[:min(d.n, len(items), len(buf)-n)]
		n += copy(buf[n:], items)
		clear(items)
		d.first += len(items)
		d.n -= len(items)
		if d.n == 0 || d.first == len(d.front) {
			d.leaveHead()
		}
	}
	return n
}

// leaveHead follows when the first chunk has no item left.
func (d *deque[T]) leaveHead() {
	d.first = 0
	if d.n == 0 {
		d.end = 0
		return
	}
	d.spare, d.head = d.head, d.head.next
	d.spare.next, d.head.prev = nil, nil
	d.front = d.head.room
}

// leaveTail follows when the last chunk has no item left, but others have.
func (d *deque[T]) leaveTail() {
	d.spare, d.tail = d.tail, d.tail.prev
	d.spare.prev, d.tail.next = nil, nil
	d.back = d.tail.room
	d.end = len(d.back)
}
