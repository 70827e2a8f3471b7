package queue

import (
	"errors"

	"example.com/asyncgo/internal/ctxerr"
)

// Errors returned by this package, and those that its panics wrap.
var (
	// ErrEmpty is returned by [Queue.TryGet] if there is no item. It mirrors
	// asyncio.QueueEmpty.
	ErrEmpty = errors.New("queue: empty")

	// ErrFull is returned by [Queue.TryPut] if there is no room. It mirrors
	// asyncio.QueueFull.
	ErrFull = errors.New("queue: full")

	// ErrShutdown is returned by puts into a queue that has been shut down, and
	// by gets once nothing is left in it. It mirrors asyncio.QueueShutDown.
	ErrShutdown = errors.New("queue: shut down")

	// ErrTaskDone is wrapped, beside [ErrMisuse], by the panic of
	// [Queue.TaskDone] for more items than have been taken out.
	ErrTaskDone = errors.New("queue: TaskDone called more often than Put")

	// ErrMisuse is wrapped by every panic of this package.
	ErrMisuse = errors.New("queue: misuse")
)

// The names of the calls in the errors of waits that a context has ended.
const (
	opPut            ctxerr.Op = "queue: Put"
	opGet            ctxerr.Op = "queue: Get"
	opGetBatch       ctxerr.Op = "queue: GetBatch"
	opGetBatchWithin ctxerr.Op = "queue: GetBatchWithin"
	opAll            ctxerr.Op = "queue: All"
	opJoin           ctxerr.Op = "queue: Join"
)
