package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

const opGatherTasks = ctxerr.Op("taskgroup: GatherTasks")

// GatherTasks is asyncio.gather of tasks that exist already: it waits for them and
// returns their results in the order of the arguments. It never cancels a task.
//
// It returns at the first failure, while the others run on, with a [*GroupError]
// that names that task; a task that was canceled or has panicked has failed, too.
// (If one of the tasks has failed and thereby canceled others, it is the one named.)
// If ctx is done first, the error is a *GroupError whose Cause is as described in
// the package comment, under Contexts. With an error the results are nil; of no
// tasks they are empty and not nil.
//
// Duplicates are allowed: each position has the result of its task. GatherTasks
// panics if a task is nil. The completion of the tasks happens before the return.
// It costs what [Wait] does.
//
// Unlike asyncio.gather, it cancels no task when ctx is done.
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
