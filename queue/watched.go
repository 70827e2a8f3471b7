package queue

import (
	"context"
	"weak"

	"example.com/asyncgo/internal/watch"
)

// blocked is the record of a call that is about to wait, for a monitor.
func (q *Queue[T]) blocked(ctx context.Context, what watch.What) *watch.Wait {
	if !watch.On() {
		return nil
	}
	return watch.Blocked(ctx, what, (*resource[T])(q), 0)
}

// resource is a queue as a monitor sees it.
type resource[T any] Queue[T]

func (r *resource[T]) Identity() any { return weak.Make((*Queue[T])(r)) }

func (r *resource[T]) State() (kind string, stats []watch.Stat) {
	q := (*Queue[T])(r)
	q.mu.Lock()
	defer q.mu.Unlock()
	down := 0
	if q.shutdown {
		down = 1
	}
	return "queue", []watch.Stat{
		{Name: "len", Value: q.lenLocked()},
		{Name: "cap", Value: q.limit},
		{Name: "unfinished", Value: q.unfinished},
		{Name: "getting", Value: q.getters.Len()},
		{Name: "putting", Value: q.putters.Len()},
		{Name: "joining", Value: q.joiners.Len()},
		{Name: "down", Value: down},
	}
}
