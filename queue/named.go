package queue

import "example.com/asyncgo/internal/watch"

// Named gives the queue a name, for package inspect, and returns it:
//
//	jobs := queue.New[Job](100).Named("jobs")
//
// It may be called at any time, and again: the last name counts. Several may
// have the same name. A name does not keep a queue from being collected.
//
// asyncio has no counterpart.
func (q *Queue[T]) Named(name string) *Queue[T] {
	watch.Name(q, name, func(q *Queue[T]) watch.Resource { return (*resource[T])(q) }, nil)
	return q
}
