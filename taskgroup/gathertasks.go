package taskgroup

import (
	"context"

	"example.com/asyncgo/internal/ctxerr"
)

// GatherTasks waits for tasks that somebody else owns, and returns their
// results in the order of the arguments. It never cancels a task.
//
// It returns at the first failure, while the others run on, with a
// [*GroupError] that names that task; a task that was cancelled or has panicked
// has failed, too. (Where a failure has cancelled its siblings, it is the
// failure that is named, if it is among the tasks.) If ctx is done first, the
// error is a *GroupError whose Cause is one for which [errors.Is] finds both
// ctx.Err() and [context.Cause](ctx). What has already happened counts whatever
// ctx says. The results are nil then.
//
// A task may be given several times, and has its result in each place. Of no
// tasks the results are empty and not nil. A nil task is misuse. The end of the
// tasks happens before the return.
//
// It mirrors asyncio.gather of tasks. Unlike there, a failure that comes later
// is not lost, but stays with its task, and an end of ctx cancels no task;
// [Gather] takes functions, and owns what it starts.
func GatherTasks[T any](ctx context.Context, tasks ...*Task[T]) ([]T, error) {
	if len(tasks) == 0 {
		return []T{}, nil
	}
	w := newWaiting(anyFailure, len(tasks))
	defer w.end()
	for i, t := range tasks {
		w.add(i, t, "GatherTasks")
	}
	if !w.isOver() {
		err := ctxerr.Of(ctx)
		if err == nil {
			err = w.wait(ctx)
		}
		if err != nil {
			return nil, &GroupError{Cause: err}
		}
	}
	if w.failure >= 0 {
		return nil, &GroupError{Errors: []*TaskError{firstFailure(tasks, w.failure)}}
	}
	results := make([]T, len(tasks))
	for i, t := range tasks {
		results[i] = t.value
	}
	return results, nil
}

// firstFailure returns the failure to report when the i-th task is the first
// that has ended with one. If it was cancelled because another of the tasks made
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
