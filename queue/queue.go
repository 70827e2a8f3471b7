// Package queue provides asyncio's queues: first in first out, last in first
// out or by priority, bounded or not, with calls that end with their context, a
// count of unfinished work, and an orderly shutdown.
//
//	for job, err := range jobs.All(ctx) {
//		if err != nil {
//			return err // ctx ended the loop; after Shutdown there is no error
//		}
//		...
//	}
//
// # A queue or a channel
//
// Use a channel where it is enough. Use a [Queue] if the smallest or the newest
// item must leave first; if there is no bound; if a goroutine waits until all
// items have been processed ([Queue.Join]); if any of several producers may
// close; if the items that are left at the end are needed
// ([Queue.ShutdownNow]); or if items are taken many at a time.
//
// # Which call
//
//	                      waits              does not wait
//	put an item           Put                TryPut
//	take an item          Get                TryGet
//	take many at once     GetBatch
//	... or after a time   GetBatchWithin
//	take until the end    All, Items
//	all are processed     Join               TaskDone, Unfinished
//	no more items                            Shutdown
//	take out the rest                        ShutdownNow
//
// # From asyncio
//
//	Queue(maxsize)                   New[T](maxsize)
//	LifoQueue, PriorityQueue         NewLIFO[T], NewPriority(maxsize, compare)
//	await q.put(v), q.put_nowait(v)  q.Put(ctx, v), q.TryPut(v)
//	await q.get(), q.get_nowait()    q.Get(ctx), q.TryGet()
//	q.task_done(), await q.join()    q.TaskDone(), q.Join(ctx)
//	q.shutdown()                     q.Shutdown()
//	q.shutdown(immediate=True)       q.ShutdownNow(), which returns the items
//	q.qsize(), q.maxsize             q.Len(), q.Cap()
//	while True: await q.get()        q.All(ctx), q.Items(ctx)
//
// # Ownership
//
// A queue starts no goroutine; one that is no longer referenced is garbage,
// shut down or not. An item belongs to the queue from the moment Put returns
// nil to the moment a Get returns it: an error of Put means that the item is
// not in the queue, an error of Get that none was taken.
//
// # Fairness
//
// Blocked calls are served in FIFO order, and a later call cannot barge in, not
// even a TryPut or TryGet. Items are handed over directly: an item goes
// straight to the Get that has waited longest, and a Get that makes room admits
// the item of the Put that has waited longest, before another call can use the
// queue. The kind of queue determines the order of items; blocked Puts are
// always admitted in FIFO order.
//
// # Contexts and ties
//
// A call whose context is already done fails and takes nothing, even if it
// would not have to wait. A wait that is ended by its context returns an error
// for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx), and
// whose text names the call, as in "queue: Get: context deadline exceeded". If
// an item arrives at the same moment, the item wins: Get returns it with a nil
// error, and Put returns nil if its item got in. What has already happened is
// reported whatever the context says: Join with nothing unfinished is nil.
//
// Of several reasons to fail at the call, the context comes first, then the
// shutdown, then a queue that is full or empty. A wait that the context and the
// shutdown end at the same moment may return the error of either.
//
// # Shutdown
//
// After [Queue.Shutdown] nothing more gets in, blocked Puts included; what is
// in the queue can still be taken, and after that Get fails with [ErrShutdown]
// and a loop over [Queue.All] or [Queue.Items] ends. [Queue.ShutdownNow] takes
// out what is in the queue and returns it. Any goroutine may call either, any
// number of times: a Put into a queue that is shut down is an error, where a
// send on a closed channel panics.
//
// Shutdown means that all items have been put, so a producer that fails must
// not call it: to the consumers, an incomplete input would look complete. Let
// the failure cancel their context instead.
//
// # Panics
//
// A wrong call panics with an error for which [errors.Is] finds [ErrMisuse],
// and the queue stays as it was. A comparison of a priority queue may panic or
// call [runtime.Goexit]; see [NewPriority].
//
// # Memory model
//
// Put or TryPut of an item happens before the return of the call that receives
// it, or the step of a loop that yields it. TaskDone happens before the return
// of the Join that it lets through.
//
// # Testing
//
// Calls that wait are durably blocked in a [testing/synctest] bubble. No
// channel outlives the wait for which it was made, so a queue made outside a
// bubble may be used inside one, and outside again, as long as no call waits in
// one place for a call in another.
package queue

import (
	"sync"

	"example.com/asyncgo/internal/misuse"
)

// A Queue passes items from the goroutines that put them to those that get
// them. [New] makes one whose items leave in order of arrival; [NewLIFO] and
// [NewPriority] make the other kinds. Most callers want [Queue.Put], and
// [Queue.All] or [Queue.Get].
//
// A Queue is safe for concurrent use. The zero Queue is an unbounded
// first-in-first-out queue, ready to use. A Queue must not be copied after
// first use.
//
// It mirrors asyncio.Queue. Unlike there, the results of Len, Unfinished and
// Waiting may be out of date at once, since other goroutines go on; instead of
// checking for room or for an item, try.
type Queue[T any] struct {
	// The lock guards everything below it and is held for bookkeeping only,
	// which includes the comparisons of a priority queue.
	//
	// Every unlock leaves this behind: if there is room, no Put waits; if there
	// is an item, no Get waits. So a waiter is never woken to look again, it is
	// served: by the call that brings what it waits for, under the lock, and
	// exactly once, since a waiter whose context ends withdraws by claiming the
	// same flag (see waiter). Put gives its item to a waiting Get. A call that
	// takes an item moves that of a waiting Put into its place.
	//
	// Only in a priority queue an item cannot be moved by another goroutine
	// than the one that brought it. It has to be compared, and if the
	// comparison panics, that must end its own Put and not a Get that happens
	// to make room. There, the waiting Put is served with the lock itself: the
	// Get that made room does not unlock but wakes it, and it goes on as if it
	// had found room in the first place (see passOnLocked).
	mu sync.Mutex

	limit      int      // how many items fit; 0 is any number
	lifo       bool     // the newest item leaves first
	plain      deque[T] // the items, unless heap is set
	heap       *heap[T] // the items of a priority queue
	unfinished int      // items that came in, less calls of TaskDone
	zeros      uint64   // how often that has become 0
	pending    int      // items that batches in progress have taken out, and may give back
	shutdown   bool
	putters    line[T] // calls that wait for room
	getters    line[T] // calls that wait for an item
	joiners    line[T] // calls that wait for unfinished to become 0
}

// New returns a queue whose items leave in order of arrival. It has room for
// maxsize items; if maxsize is 0 or less, for any number.
//
// Put and Get take O(1) time, and memory is released as the queue drains: an
// empty queue keeps room for at most 256 items and at most 32 KiB, or for two
// items if that is more. A call that does not have to wait allocates nothing,
// except to let the queue grow.
//
// It mirrors asyncio.Queue.
func New[T any](maxsize int) *Queue[T] {
	return &Queue[T]{limit: max(maxsize, 0)}
}

// NewLIFO returns a queue whose newest item leaves first. Everything else is as
// with [New]: in particular, blocked Puts are admitted in FIFO order.
//
// It mirrors asyncio.LifoQueue.
func NewLIFO[T any](maxsize int) *Queue[T] {
	return &Queue[T]{limit: max(maxsize, 0), lifo: true}
}

// NewPriority returns a queue whose smallest item leaves first, and equal ones
// in order of arrival. compare is as for [slices.SortFunc]; if it is no strict
// weak ordering, the order is undefined, but no item is lost. The maxsize is as
// for [New]. NewPriority panics if compare is nil.
//
// compare is called with the queue locked: it must be quick and not call the
// queue. If it panics, so does the call that compared: the item of a Put, which
// compares it even if it had to wait, is then not in the queue, and the item of
// a Get still is. The same holds for [runtime.Goexit].
//
// Put and Get take O(log n) time, and allocate only to wait, or to let the
// queue grow or shrink. If it is always full, each item costs a switch of
// goroutines.
//
// It mirrors asyncio.PriorityQueue. Unlike there, equal items stay in order.
func NewPriority[T any](maxsize int, compare func(a, b T) int) *Queue[T] {
	if compare == nil {
		panic(misuse.New("queue: NewPriority with a nil comparison", ErrMisuse))
	}
	return &Queue[T]{limit: max(maxsize, 0), heap: &heap[T]{compare: compare}}
}

// Len returns the number of items in the queue. Those of blocked Puts do not
// count. It may be out of date at once.
//
// It mirrors asyncio.Queue.qsize.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lenLocked()
}

// Cap returns the number of items that the queue has room for, or 0 if there is
// room for any number.
//
// It mirrors asyncio.Queue.maxsize.
func (q *Queue[T]) Cap() int { return q.limit }

// Unfinished returns the number of items that have come in and for which
// [Queue.TaskDone] has not been called yet, whether they are still in the queue
// or not. It may be out of date at once.
//
// asyncio counts the same, but does not show it.
func (q *Queue[T]) Unfinished() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.unfinished
}

// Waiting returns how many calls wait at this moment to put an item and to get
// one; a [Queue.GetBatchWithin] that waits for more items is one of these. It
// may be out of date at once.
//
// It mirrors what asyncio shows in the repr of a queue.
func (q *Queue[T]) Waiting() (puts, gets int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.putters.Len(), q.getters.Len()
}

func (q *Queue[T]) lenLocked() int {
	if q.heap != nil {
		return q.heap.len()
	}
	return q.plain.n
}

func (q *Queue[T]) fullLocked() bool { return q.limit > 0 && q.lenLocked() >= q.limit }
