// Package queue has first-in-first-out, last-in-first-out and priority queues
// in the manner of asyncio.Queue: bounded or not, with calls that can be
// cancelled, with a count of the work that is not finished, and with an orderly
// end.
//
// A channel does for much of what queues are used for in Go. Take a [Queue]
// where one falls short: the best item has to leave first, or the newest; there
// is no bound; someone has to wait until all that was put has been dealt with
// ([Queue.Join]); the producers cannot agree on who closes; what is left over
// at the end is wanted back; items are taken many at a time.
//
//	asyncio                          here
//	Queue(maxsize)                   New[T](maxsize)
//	LifoQueue, PriorityQueue         NewLIFO[T], NewPriority(maxsize, compare)
//	await q.put(v), q.put_nowait(v)  q.Put(ctx, v), q.TryPut(v)
//	await q.get(), q.get_nowait()    q.Get(ctx), q.TryGet()
//	q.task_done(), await q.join()    q.TaskDone(), q.Join(ctx)
//	q.shutdown()                     q.Shutdown()
//	q.shutdown(immediate=True)       q.ShutdownNow(), which returns the items
//	q.qsize(), q.maxsize             q.Len(), q.Cap()
//	–                                q.GetBatch(ctx, buf), q.Items(ctx)
//
// # Ownership
//
// A queue starts no goroutine and owns none; one that nobody uses any more is
// garbage, shut down or not. An item belongs to the queue from the moment Put
// answers nil to the moment a Get returns it: an error of Put means that the
// queue does not have the item, an error of Get that none was taken.
//
// # Fairness
//
// Calls that wait are served first come, first served, and nobody who comes
// later overtakes them, not even a TryPut or TryGet. Nothing is announced that
// has to be fetched: an item goes straight to the call to Get that has waited
// longest, and a Get that makes room brings in the item of the Put that has
// waited longest, before anybody else can touch the queue. In which order items
// leave is for the kind of queue to say; in which order blocked Puts get in is
// not.
//
// # Contexts and ties
//
// A call whose context is done when it is made fails and takes nothing, even if
// it would not have had to wait. A wait that its context ends returns an error
// for which [errors.Is] finds both ctx.Err() and [context.Cause](ctx). If an item
// arrives at the same time, the item wins: Get returns it with a nil error, and
// Put returns nil if its item got in. The context still tells that it is done.
// What has come about already is reported whatever the context says: Join with
// nothing unfinished is nil.
//
// Of several reasons to fail at the call, the context comes first, then the
// shutdown, then a queue that is full or empty. A wait that the context and the
// shutdown end at the same time may return the error of either.
//
// # Shutdown
//
// [Queue.Shutdown] lets nothing more in, blocked Puts included; what is in can
// still be taken, and after that Get fails with [ErrShutdown] and a loop over
// [Queue.Items] ends. [Queue.ShutdownNow] takes out what is in and returns it.
// Anybody may call either, and as often as they like: there is no panic of a
// send on a closed channel.
//
// # Panics
//
// A call that is wrong in itself panics with an error for which [errors.Is] finds
// [ErrMisuse], and the queue stays as it was. A comparison of a priority queue
// may panic or call [runtime.Goexit]; see [NewPriority].
//
// # Testing
//
// Calls that wait are durably blocked in a bubble of testing/synctest. No
// channel outlives the wait for which it was made, so a queue made outside a
// bubble may be used inside one, and outside again, as long as nobody waits
// across the border.
package queue

import (
	"sync"

	"example.com/asyncgo/internal/misuse"
)

// A Queue passes items from the goroutines that put them to those that get
// them. [New] makes one whose items leave in the order in which they came,
// [NewLIFO] and [NewPriority] make the other kinds. Most callers want
// [Queue.Put], and [Queue.Items] or [Queue.Get].
//
// A Queue is safe for concurrent use. The zero Queue is an unbounded
// first-in-first-out queue, ready to use. A Queue must not be copied after first
// use.
//
// It mirrors asyncio.Queue. Unlike there, what Len and Unfinished answer may be
// out of date at once, for other goroutines do not stand still; so instead of
// asking whether there is room or an item, try.
type Queue[T any] struct {
	// The lock guards everything below it and is held for bookkeeping only,
	// which includes the comparisons of a priority queue.
	//
	// Whoever unlocks leaves these behind: if there is room, no Put waits; if
	// there is an item, no Get waits. So a waiter is never woken to look again,
	// it is served: by the call that brings what it waits for, under the lock,
	// and exactly once, since a waiter whose context ends settles itself by the
	// same flag (see waiter). Put gives its item to a waiting Get. A call that
	// takes an item moves that of a waiting Put into its place.
	//
	// Only in a priority queue an item cannot be moved by another goroutine than
	// the one that brought it. It has to be compared, and if the comparison
	// panics, that must end its own Put and not a Get that happens to make room.
	// There, the waiting Put is served with the lock itself: the Get that made
	// room does not unlock but wakes it, and it goes on as if it had found room
	// in the first place (see passOnLocked).
	mu sync.Mutex

	limit      int      // how many items fit; 0 is any number
	lifo       bool     // the newest item leaves first
	plain      deque[T] // the items, unless heap is set
	heap       *heap[T] // the items of a priority queue
	unfinished int      // items that came in, less calls of TaskDone
	down       bool     // shut down
	putters    line[T]  // those who wait for room
	getters    line[T]  // those who wait for an item
	joiners    line[T]  // those who wait for unfinished to become 0
}

// New returns a queue whose items leave in the order in which they came. It has
// room for maxsize items; if maxsize is 0 or less, for any number.
//
// An item more or less costs O(1), and memory follows what is in the queue, also
// downwards. A call that does not have to wait allocates nothing, but for the
// growth of the queue.
//
// It mirrors asyncio.Queue.
func New[T any](maxsize int) *Queue[T] {
	return &Queue[T]{limit: max(maxsize, 0)}
}

// NewLIFO returns a queue whose newest item leaves first. Everything else is as
// with [New]: in particular, blocked calls to Put get in in the order in which
// they came.
//
// It mirrors asyncio.LifoQueue.
func NewLIFO[T any](maxsize int) *Queue[T] {
	return &Queue[T]{limit: max(maxsize, 0), lifo: true}
}

// NewPriority returns a queue whose smallest item leaves first; of equal ones,
// the one that came first. compare(a, b) is negative if a is smaller than b,
// positive if it is greater, and 0 if they are equal, as for [slices.SortFunc].
// With a compare that does not give a strict weak ordering (NaNs will do) or
// that changes its mind about an item in the queue, the order is undefined, but
// no item is lost. NewPriority has room for maxsize items; if maxsize is 0 or
// less, for any number.
//
// A comparison is called with the queue locked: it must be quick, and a call to
// the queue from within deadlocks. If it panics or calls [runtime.Goexit], that
// comes out of the call that made the comparison, and no item is lost or
// doubled: the item of a Put is not in the queue, that of a Get still is, and
// the queue goes on. A Put compares its own item in its own goroutine, also if
// it had to wait for room, so a comparison that cannot cope with an item hits
// only the call that brought it. The calls that take items compare to find the
// next one.
//
// NewPriority panics if compare is nil.
//
// An item more or less costs O(log n) with n items in the queue. A call that does
// not have to wait allocates nothing, but for the growth of the queue. When room
// comes free for a Put that waits, other calls go on after it has put its item in
// order, so a queue that is full all the time costs a change of goroutine an item.
//
// It mirrors asyncio.PriorityQueue. Unlike there, equal items stay in order, and
// an item whose comparison fails is not half in.
func NewPriority[T any](maxsize int, compare func(a, b T) int) *Queue[T] {
	if compare == nil {
		panic(misuse.New("queue: NewPriority with a nil comparison", ErrMisuse))
	}
	return &Queue[T]{limit: max(maxsize, 0), heap: &heap[T]{compare: compare}}
}

// Len returns the number of items in the queue. Those of blocked calls to Put do
// not count. It may be out of date at once.
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
// asyncio has the number but does not show it.
func (q *Queue[T]) Unfinished() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.unfinished
}

func (q *Queue[T]) lenLocked() int {
	if q.heap != nil {
		return q.heap.len()
	}
	return q.plain.n
}

func (q *Queue[T]) fullLocked() bool { return q.limit > 0 && q.lenLocked() >= q.limit }
