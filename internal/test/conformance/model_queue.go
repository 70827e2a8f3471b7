package conformance

import (
	"context"
	"sync"

	"example.com/asyncgo/queue"
)

// modelQueue is a queue of the library that counts by itself for which items
// task_done may be called: those that have been taken out. With CPython's
// peculiarity, it is also taken for items in the queue, which are then finished
// for join.
type modelQueue struct {
	queueOps
	how Emulation

	mu       sync.Mutex // guards what follows
	taken    int        // items returned by get
	done     int        // calls of task_done for these
	early    int        // calls of task_done for others that are unfinished in the library
	finished chan struct{}
}

func newModelQueue(q *queue.Queue[any], how Emulation) *modelQueue {
	return &modelQueue{queueOps: queueOps{q}, how: how, finished: make(chan struct{})}
}

func (q *modelQueue) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "task_done":
		return nil, q.taskDone()
	case "join":
		if q.how.has(CPythonEarlyDone) {
			return nil, a.wait(q.join)
		}
	}
	value, err := q.queueOps.do(a, st)
	q.mu.Lock()
	defer q.mu.Unlock()
	switch st.Op {
	case "get", "get_nowait":
		if err == nil {
			q.taken++
		}
	case "shutdown":
		q.early = min(q.early, q.Unfinished())
		q.wakeLocked()
	}
	return value, err
}

func (q *modelQueue) taskDone() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.Unfinished() == q.early:
		return queue.ErrTaskDone
	case q.done < q.taken:
		q.done++
		if err := misuse(q.TaskDone); err != nil {
			return err
		}
	case q.how.has(CPythonEarlyDone):
		q.early++
	default:
		return queue.ErrTaskDone
	}
	q.wakeLocked()
	return nil
}

// wakeLocked ends each join if nothing is unfinished.
func (q *modelQueue) wakeLocked() {
	if q.Unfinished() == q.early {
		close(q.finished)
		q.finished = make(chan struct{})
	}
}

func (q *modelQueue) join(ctx context.Context) error {
	q.mu.Lock()
	unfinished, finished := q.Unfinished()-q.early, q.finished
	q.mu.Unlock()
	if unfinished == 0 {
		return nil
	}
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
