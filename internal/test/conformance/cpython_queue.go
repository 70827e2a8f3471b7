package conformance

import (
	"context"
	"sync"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
)

// cpythonQueue is CPython's queue, made of this module's: task_done may be called
// for items that are still in the queue.
type cpythonQueue struct {
	queueOps

	mu       sync.Mutex
	early    int             // calls of task_done that the library refuses
	finished semaphore.Event // set for a moment when nothing is unfinished
}

func (q *cpythonQueue) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "task_done":
		return nil, q.taskDone()
	case "join":
		return nil, a.wait(q.join)
	}
	value, err := q.queueOps.do(a, st)
	if st.Op == "shutdown" {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.early = min(q.early, q.Unfinished())
		q.wakeIfFinished()
	}
	return value, err
}

// unfinished is called under mu.
func (q *cpythonQueue) unfinished() int { return q.Unfinished() - q.early }

func (q *cpythonQueue) wakeIfFinished() {
	if q.unfinished() == 0 {
		q.finished.Set()
		q.finished.Clear()
	}
}

func (q *cpythonQueue) taskDone() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished() == 0 {
		return queue.ErrTaskDone
	}
	if misuse(q.TaskDone) != nil {
		q.early++
	}
	q.wakeIfFinished()
	return nil
}

func (q *cpythonQueue) join(ctx context.Context) error {
	q.mu.Lock()
	unfinished := q.unfinished()
	q.mu.Unlock()
	if unfinished == 0 {
		return nil
	}
	return q.finished.Wait(ctx)
}
