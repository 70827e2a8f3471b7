package queue

import "errors"

// The conditions that a caller may want to tell apart, for [errors.Is].
var (
	// ErrEmpty is [Queue.TryGet]'s answer when there is no item. It mirrors
	// asyncio.QueueEmpty.
	ErrEmpty = errors.New("queue: empty")

	// ErrFull is [Queue.TryPut]'s answer when there is no room. It mirrors
	// asyncio.QueueFull.
	ErrFull = errors.New("queue: full")

	// ErrShutdown refuses an item to a queue that has been shut down, and
	// says that nothing is left in it and nothing more will come. It mirrors
	// asyncio.QueueShutDown.
	ErrShutdown = errors.New("queue: shut down")

	// ErrTaskDone is what [errors.Is] finds, beside [ErrMisuse], in the value
	// that [Queue.TaskDone] panics with when nothing is unfinished.
	ErrTaskDone = errors.New("queue: TaskDone called more often than Put")

	// ErrMisuse is what [errors.Is] finds in the value of every panic that the
	// package itself raises because it was called wrongly.
	ErrMisuse = errors.New("queue: misuse")
)
