package distributed

import (
	"context"
)

// Queue is a queue of items for any number of processes. It is safe for use
// from several goroutines.
//
// An item is waiting, delayed or held, and unfinished in each of these states:
//
//	put         -> waiting, or delayed until it is due
//	waiting     -> held       a hand-out, with a lease
//	held        -> done       it is removed
//	held        -> waiting    a return, a lost lease, or after a pause
//	held        -> dead letter
//
// The server's copy of the queue decides; handles of one client share a
// queueCore.
type Queue[T any] struct {
	*queueCore
	cfg  QueueConfig[T]
	dead *Queue[T] // nil: this is the queue of dead letters
	main *Queue[T] // of the queue of dead letters
}

// OpenQueue opens the queue of that name, and makes it if there is none. It
// returns [ErrMismatch] if there is one with another MaxSize, Window or Levels,
// unless [Config].Reconfigure is set, and waits for servers that do not answer
// until ctx ends. It panics with [ErrMisuse] if the name or cfg is wrong.
//
// asyncio's Queue, for all processes: what asyncio counts by task_done is here
// said for each item, by [Item.Done].
func OpenQueue[T any](ctx context.Context, c *Client, name string, cfg QueueConfig[T]) (*Queue[T], error) {
	checkName("queue", name)
	cfg = cfg.withDefaults("queue " + name)
	main, err := c.openQueue(ctx, queueSpec{kind: "q", name: name, maxSize: cfg.MaxSize, levels: cfg.Levels, window: cfg.Window})
	if err != nil {
		return nil, err
	}
	dead, err := c.openQueue(ctx, queueSpec{kind: "d", name: name, levels: 1, window: defaultWindow, of: main})
	if err != nil {
		return nil, err
	}
	q := &Queue[T]{queueCore: main, cfg: cfg}
	cfg.Attempts = -1
	q.dead = &Queue[T]{queueCore: dead, cfg: cfg, main: q}
	return q, nil
}

// DeadLetters returns the queue of items that were given up: without a bound,
// and kept without a limit of time. It may be received from, counted and
// joined; [Item.Done] drops a letter, [Item.Retry] puts it back into its queue
// as a new item with the same ID, [Item.Fail] returns it. It panics with
// [ErrMisuse] if q is one of dead letters itself, and so do Put and Shutdown of
// what it returns.
func (q *Queue[T]) DeadLetters() *Queue[T] {
	q.notDead("DeadLetters")
	return q.dead
}

// notDead panics if q is a queue of dead letters.
func (q *Queue[T]) notDead(op string) {
	if q.main != nil {
		panic(misused("%s of %s", op, q.object))
	}
}
