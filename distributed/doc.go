// Package distributed has queues, semaphores and functions for many processes
// and machines, on NATS JetStream.
//
// A remote function is a function with a context, a remote queue is an iterator
// with a context, a remote semaphore is a Limiter; so everything in package
// taskgroup works with them as it is.
//
// A [Client] comes from [Connect], or from package embedded, which runs the
// server in this process. On it are opened a [Queue] of items, with
// [OpenQueue]; a [Semaphore], with [OpenSemaphore]; a [Variable], with
// [OpenVariable]. [Func] returns a function that another process runs with
// [Serve].
//
// # Leases
//
// What a process holds, an item, a permit or a running call, is its own for a
// lease after its last confirmed sign of life; signs are sent by themselves.
// When it may be another's, its context ends with the cause [ErrLeaseLost], and
// nothing is sent about it from then on. After a crash it is free again within
// a lease and a second.
//
// # At least once
//
// A stored item or call is handed out until a process says that it is done. It
// is handed out twice after a crash, a lost lease, or an answer that was lost:
// handlers are idempotent by [Item].ID, or check [Permit.Token].
//
// # Errors
//
// No operation fails because a server is away: it tries until its context ends.
// The error of a wait that its context has ended leads to the context's error
// by single Unwraps, names the object and the last trouble, and may also be
// [ErrFull] or [ErrUnconfirmed]. Without ErrUnconfirmed, an error of something
// that changes a queue or variable means that it has not happened.
//
// A context that is done sends and takes nothing. Items and results: delivery
// wins over the end of a context in the same moment; permits: the end wins, and
// the grant goes to the next that waits.
package distributed
