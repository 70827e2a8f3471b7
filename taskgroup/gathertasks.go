package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

const opGatherTasks = ctxerr.Op("taskgroup: GatherTasks")

// GatherTasks is asyncio.gather of tasks that exist already: it returns their
// results in the order of the arguments, in each place if a task is given
// twice.
//
// It returns at the first failure, while the others run on, with a
// [*GroupError] that names that task; a task that was canceled or has panicked
// has failed, too, but one whose failure has canceled others is named first.
// GatherTasks panics if a task is nil. It costs what [Wait] does. Unlike in
// asyncio, the end of ctx cancels no task.
func GatherTasks[T any](ctx context.Context, tasks ...*Task[T]) ([]T, error) {
	if len(tasks) == 0 {
		return []T{}, nil
	}
	w := newWaitSet(len(tasks))
	defer w.release()
	for i, t := range tasks {
		w.add(i, t, "GatherTasks")
	}
	failed, err := w.wait(ctx, opGatherTasks, anyFailure)
	if err != nil {
		return nil, &GroupError{Cause: err}
	}
	if failed != nil {
		return nil, &GroupError{Errors: []*TaskError{firstFailure(tasks, int(failed.argument))}}
	}
	results := make([]T, len(tasks))
	for i, t := range tasks {
		results[i] = t.value
	}
	return results, nil
}

// firstFailure returns the failure to report when the i-th task is the first
// that has ended with one. If it was canceled because another of the tasks made
// their group fail, that is the other's failure, which came first although the
// group may still be looking at it.
func firstFailure[T any](tasks []*Task[T], i int) *TaskError {
	first := tasks[i]
	if g := first.group(); g != nil && first.Cancelled() {
		if cause := g.firstFailure(); cause != nil {
			for j, t := range tasks {
				if t.group() == g && t.index() == cause.Index && t.state.Load()&refused == 0 {
					return &TaskError{Index: j, Name: t.Name(), Err: cause.Err}
				}
			}
		}
	}
	return &TaskError{Index: i, Name: first.Name(), Err: first.err}
}

// firstFailure returns what made the group fail, or nil.
func (g *Group) firstFailure() *TaskError {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.outcome.errs) == 0 {
		return nil
	}
	return g.outcome.errs[0]
}
