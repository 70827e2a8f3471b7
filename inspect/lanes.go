package inspect

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// lanes assigns to spans the threads that a trace shows them on, from 1. A task
// or a function has a thread that no other one has at that time; calls, groups
// and waits have that of the span that they are in. On a thread one span is
// within another or does not overlap it, since viewers require that: what would
// overlap, such as a group that outlives the task that made it, and what is in no
// span, has a thread of its own.
//
// Threads are used again, the lowest free one first.
type lanes struct {
	all  []*lane // by number
	free lowest  // those that nothing was on when they were put there
	busy soonest // the others, by their end then
}

type lane struct {
	number int
	owner  *spanRow        // the span that it was taken for last
	first  *spanRow        // and first
	owners int             // how many there were
	until  time.Duration   // the end of all that is on it
	open   []time.Duration // the ends of the spans that are around the next one
}

// place is where a span is.
type place struct {
	*lane
	owner *spanRow // the owner of the lane then
}

// assign returns the place of each row, and the rows by time, what is around
// another one before it.
func (l *lanes) assign(rows []*spanRow) (of map[*spanRow]place, order []*spanRow) {
	order = slices.Clone(rows)
	slices.SortStableFunc(order, func(a, b *spanRow) int {
		return cmp.Or(cmp.Compare(a.start(), b.start()), cmp.Compare(b.end(), a.end()))
	})
	of = make(map[*spanRow]place, len(rows))
	for _, row := range order {
		if row.Kind != KindTask && row.Kind != KindFunc {
			caller := of[row.parent]
			if caller.lane != nil && caller.owner == caller.lane.owner && caller.nest(row) {
				of[row] = caller
				continue
			}
		}
		lane := l.take(row)
		heap.Push(&l.busy, entry{lane, lane.until})
		of[row] = place{lane, row}
	}
	return of, order
}

// take puts the span on a lane on which nothing is at that time.
func (l *lanes) take(s *spanRow) *lane {
	for len(l.busy) > 0 && l.busy[0].until <= s.start() {
		heap.Push(&l.free, heap.Pop(&l.busy).(entry).lane)
	}
	// Something that ends later may have been put on a lane since.
	for len(l.free) > 0 && l.free[0].until > s.start() {
		lane := heap.Pop(&l.free).(*lane)
		heap.Push(&l.busy, entry{lane, lane.until})
	}
	if len(l.free) == 0 {
		l.all = append(l.all, &lane{number: len(l.all) + 1, first: s})
		l.free = append(l.free, l.all[len(l.all)-1])
	}
	lane := heap.Pop(&l.free).(*lane)
	lane.owner = s
	lane.owners++
	lane.nest(s)
	return lane
}

// nest puts the span on the lane, unless it would overlap with another one.
func (l *lane) nest(s *spanRow) bool {
	for len(l.open) > 0 && l.open[len(l.open)-1] <= s.start() {
		l.open = l.open[:len(l.open)-1]
	}
	if len(l.open) > 0 && s.end() > l.open[len(l.open)-1] {
		return false
	}
	l.open = append(l.open, s.end())
	l.until = max(l.until, s.end())
	return true
}

// lowest is a heap of lanes by number.
type lowest []*lane

func (h lowest) Len() int           { return len(h) }
func (h lowest) Less(i, j int) bool { return h[i].number < h[j].number }
func (h lowest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lowest) Push(x any)        { *h = append(*h, x.(*lane)) }
func (h *lowest) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// soonest is a heap of lanes by the end that each had when it was put there.
type soonest []entry

type entry struct {
	lane  *lane
	until time.Duration
}

func (h soonest) Len() int           { return len(h) }
func (h soonest) Less(i, j int) bool { return h[i].until < h[j].until }
func (h soonest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *soonest) Push(x any)        { *h = append(*h, x.(entry)) }
func (h *soonest) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
