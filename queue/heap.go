package queue

import (
	"math/bits"
	"slices"
)

// A heap holds the items of a priority queue as a binary tree in which none
// comes before its parent.
//
// A comparison is the user's: it may panic, or end its goroutine. So each
// method first compares and then moves, and if a comparison does not return,
// the heap is as it was.
type heap[T any] struct {
	compare  func(a, b T) int
	nodes    []entry[T]
	returned []entry[T] // given back; the last is first, if they are sorted
	sorted   bool       // the returned are in order
	newest   int64      // the number of the item that was pushed last
	oldest   int64      // the number of the item that was given back last
}

// An entry is an item and its number. Of equal items the lower number is first.
type entry[T any] struct {
	item   T
	number int64
}

// keptEntries is how many items a heap keeps room for at most, when it is
// empty.
const keptEntries = 128

func parent(i int) int { return int(uint(i-1) >> 1) }

func (h *heap[T]) len() int { return len(h.nodes) + len(h.returned) }

func (e *entry[T]) before(f *entry[T], compare func(a, b T) int) bool {
	c := compare(e.item, f.item)
	return c < 0 || c == 0 && e.number < f.number
}

// push takes in an item that comes after those that are equal to it.
func (h *heap[T]) push(item T) {
	h.newest++
	e := entry[T]{item, h.newest}
	// By how many levels does it rise? Most often none, and else those above it
	// are in order, so halve.
	end := len(h.nodes)
	up, most := 0, bits.Len(uint(end+1))-1
	for try := 1; up < most; try = (up + most + 1) / 2 {
		if e.before(&h.nodes[(end+1)>>try-1], h.compare) {
			up = try
		} else {
			most = try - 1
		}
	}
	h.nodes = append(h.nodes, e)
	at := end
	for range up {
		h.nodes[at] = h.nodes[parent(at)]
		at = parent(at)
	}
	h.nodes[at] = e
}

// giveBack takes in again what was popped last, in the order in which it was,
// without comparing anything.
func (h *heap[T]) giveBack(items []T) {
	h.sorted = false
	for _, item := range slices.Backward(items) {
		h.oldest--
		h.returned = append(h.returned, entry[T]{item, h.oldest})
	}
}

// sortReturned puts what was given back in order: between the pops of a batch,
// items may have come in that go before those it had taken already.
func (h *heap[T]) sortReturned() {
	if len(h.returned) > 1 && !h.sorted {
		entries := slices.Clone(h.returned)
		slices.SortFunc(entries, func(a, b entry[T]) int {
			if a.before(&b, h.compare) {
				return 1
			}
			return -1
		})
		h.returned, h.sorted = entries, true
	}
}

// popReturned takes out the first of what was given back, which is sorted.
func (h *heap[T]) popReturned() T {
	last := len(h.returned) - 1
	item := h.returned[last].item
	h.returned[last] = entry[T]{}
	h.returned = h.returned[:last]
	if last == 0 {
		h.returned = nil
	}
	return item
}

// pop takes out the first item of a heap that is not empty.
func (h *heap[T]) pop() T {
	h.sortReturned()
	if last := len(h.returned) - 1; last >= 0 &&
		(len(h.nodes) == 0 || h.returned[last].before(&h.nodes[0], h.compare)) {
		return h.popReturned()
	}
	// The last node has to go elsewhere, most often not far up. So go down
	// from the root along the lesser children, and then up to its place.
	nodes, compare := h.nodes, h.compare
	end := len(nodes) - 1
	moved := &nodes[end]
	at := 0
	for child := 2; child < end; child = 2*at + 2 {
		if nodes[child-1].before(&nodes[child], compare) {
			child--
		}
		at = child
	}
	if only := 2*at + 1; only < end {
		at = only
	}
	for at > 0 && moved.before(&nodes[at], compare) {
		at = parent(at)
	}
	// Whatever is on that way moves up by one, and the root out.
	e := *moved
	for ; at > 0; at = parent(at) {
		e, nodes[at] = nodes[at], e
	}
	e, nodes[0] = nodes[0], e
	nodes[end] = entry[T]{}
	h.nodes = nodes[:end]
	if size := cap(h.nodes); size > roomFor[entry[T]](keptEntries) && end <= size/4 {
		h.nodes = append(make([]entry[T], 0, size/2), h.nodes...)
	}
	return e.item
}

// drain takes out all items, in order.
func (h *heap[T]) drain() []T {
	entries := slices.Concat(h.nodes, h.returned)
	slices.SortFunc(entries, func(a, b entry[T]) int {
		if a.before(&b, h.compare) {
			return -1
		}
		return 1
	})
	h.nodes, h.returned = nil, nil
	items := make([]T, len(entries))
	for i, e := range entries {
		items[i] = e.item
	}
	return items
}
