package conformance

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/taskgroup"
)

// onTask runs an operation on tasks, those that take no blocks.
func (a *actor) onTask(st *Step) (any, error) {
	switch st.Op {
	case "sleep":
		return nil, a.wait(func(ctx context.Context) error { return taskgroup.Sleep(ctx, a.world.until(*st.MS)+a.turn()) })
	case "reschedule":
		return nil, a.reschedule(st)
	case "spawn":
		return nil, a.spawn(st)
	case "await":
		return a.await(a.child(st.Task))
	case "await_shielded":
		return a.awaitShielded(a.world.actor(st.Task))
	case "gather":
		return a.gather(st)
	case "wait_tasks":
		return a.waitTasks(st)
	case "as_completed":
		return a.asCompleted(st)
	case "wait_for":
		return a.waitFor(st)
	}
	return a.probe(st)
}

// probe runs an operation that only inspects a task, or cancels it.
func (a *actor) probe(st *Step) (any, error) {
	target := a.world.existing(st.Task)
	if target == nil {
		return nil, errNotStarted
	}
	switch st.Op {
	case "cancel":
		did := target.cancel()
		time.Sleep(tick) // until it has left what it waits for: in asyncio it has at once
		return did, nil
	case "done":
		return hasEnded(target.task), nil
	case "cancelled":
		return target.task.Cancelled(), nil
	case "result":
		return target.answer(target.task.Result())
	case "exception":
		_, err := target.answer(nil, target.task.Err())
		if err == nil || isCancellation(err) || errors.Is(err, taskgroup.ErrNotDone) {
			return nil, err
		}
		return nameOf(err), nil
	}
	return nil, unknown(st)
}

// isProbe reports whether op only reports a failure and is not ended by it.
func isProbe(op string) bool {
	return op == "done" || op == "cancelled" || op == "result" || op == "exception"
}

// answer turns the result of a.task into that of asyncio: a task that has
// completed as canceled has no other error, whatever the cause.
func (a *actor) answer(value any, err error) (any, error) {
	if err != nil && a.task.Cancelled() {
		return nil, errCancelled
	}
	return some(value, err)
}

func (a *actor) spawn(st *Step) error {
	if st.In == "" {
		a.world.start(st.Task)
		return nil
	}
	a.world.mu.Lock()
	group := a.world.groups[st.In]
	a.world.mu.Unlock()
	if group == nil {
		return errNotStarted
	}
	if a.world.startIn(group, st.Task) == nil {
		return taskgroup.ErrGroupClosed
	}
	return nil
}

// child returns an actor that a is about to await, and starts it if need be.
// With a request pending asyncio cancels it before it has run.
func (a *actor) child(name string) *actor {
	if a.isPending() && a.world.existing(name) == nil {
		return a.world.startCanceled(name)
	}
	return a.world.actor(name)
}

// await waits for the end of child, which a request cancels: the first by way
// of the context, as far as the child has not been canceled before.
func (a *actor) await(child *actor) (any, error) {
	ctx, cancel := context.WithCancelCause(a.world.ctx)
	defer cancel(nil)
	var mu sync.Mutex
	first := true
	a.listen(func() {
		mu.Lock()
		byContext := first && !child.hasBeenCancelled()
		first = false
		mu.Unlock()
		if !byContext {
			child.cancel()
		}
		cancel(errRequested)
	})
	defer a.mute()
	return child.answer(child.task.WaitOrCancel(ctx))
}

// awaitShielded waits for the end of child, which a request does not reach.
func (a *actor) awaitShielded(child *actor) (value any, err error) {
	err = a.wait(func(ctx context.Context) (err error) {
		value, err = child.answer(child.task.Wait(ctx))
		return err
	})
	return value, err
}

// gather waits for all children or, without return_exceptions, the first
// failure. In asyncio a request goes to the children, and the wait goes on;
// GatherTasks and Wait leave what they are given alone, so that is done here.
func (a *actor) gather(st *Step) (any, error) {
	children, tasks := a.each(st.Children, a.child)
	if len(children) == 0 {
		return taskgroup.GatherTasks(a.world.ctx, tasks...)
	}
	a.listen(func() {
		for i, child := range children {
			if slices.Index(children, child) == i { // a task may be given twice
				child.cancel()
			}
		}
	})
	if st.ReturnExceptions {
		_, _, err := taskgroup.Wait(a.world.ctx, taskgroup.AllCompleted, tasks...)
		return a.gathered(results(children), err)
	}
	values, err := taskgroup.GatherTasks(a.world.ctx, tasks...)
	if failed, ok := errors.AsType[*taskgroup.GroupError](err); ok && len(failed.Errors) > 0 {
		_, err = children[failed.Errors[0].Index].answer(nil, failed.Errors[0].Err)
	}
	return a.gathered(values, err)
}

// gathered ends a gather. If there was a request, it is canceled also if all
// children returned values (G-08).
func (a *actor) gathered(values []any, err error) (any, error) {
	if a.mute() && err == nil {
		return nil, errCancelled
	}
	return some(values, err)
}

// results returns the children's values, with names in the place of failures.
func results(children []*actor) []any {
	all := make([]any, len(children))
	for i, child := range children {
		all[i] = child.result()
	}
	return all
}

// result is the value of a task that has ended, or the name of its failure.
func (a *actor) result() any {
	value, err := a.answer(a.task.Result())
	if err != nil {
		return map[string]any{"err": nameOf(err)}
	}
	return value
}

// each returns the actors and their tasks.
func (a *actor) each(names []string, get func(string) *actor) (actors []*actor, tasks []*taskgroup.Task[any]) {
	for _, name := range names {
		one := get(name)
		actors, tasks = append(actors, one), append(tasks, one.task)
	}
	return actors, tasks
}

// untils is what the scenarios call the ends of a wait.
var untils = map[string]taskgroup.Until{
	"ALL_COMPLETED":   taskgroup.AllCompleted,
	"FIRST_COMPLETED": taskgroup.FirstCompleted,
	"FIRST_EXCEPTION": taskgroup.FirstError,
}

func (a *actor) waitTasks(st *Step) (any, error) {
	_, tasks := a.each(st.Children, a.world.actor)
	var done, pending []*taskgroup.Task[any]
	wait := func(ctx context.Context) (err error) {
		done, pending, err = taskgroup.Wait(ctx, untils[st.ReturnWhen], tasks...)
		return err
	}
	if len(tasks) == 0 {
		return nil, wait(a.world.ctx)
	}
	err := a.suspend(func(ctx context.Context) error {
		switch {
		case st.MS == nil:
			return wait(ctx)
		case *st.MS <= 0: // no wait: what Wait returns if its context is done
			ended, end := context.WithCancel(ctx)
			end()
			_ = wait(ended)
			return nil
		}
		_, err := taskgroup.MoveOnAfter(ctx, a.world.until(*st.MS), wait)
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"done": names(done), "pending": names(pending)}, nil
}

// names returns the sorted names of the tasks.
func names(tasks []*taskgroup.Task[any]) []string {
	all := make([]string, len(tasks))
	for i, t := range tasks {
		all[i] = t.Name()
	}
	slices.Sort(all)
	return all
}

// suspend is wait for an operation that in asyncio always yields first, so that
// a pending request is delivered also if it need not wait.
func (a *actor) suspend(op func(ctx context.Context) error) error {
	if a.takeRequest() {
		return errCancelled
	}
	return a.wait(op)
}

// completion is one child in the value of as_completed.
type completion struct {
	t     int
	name  string
	value any
}

func (a *actor) asCompleted(st *Step) (any, error) {
	children, tasks := a.each(st.Children, a.world.actor)
	var came []completion
	collect := func(ctx context.Context) error {
		for t, err := range taskgroup.Completed(ctx, tasks...) {
			if err != nil {
				return err
			}
			value := children[slices.Index(tasks, t)].result()
			came = append(came, completion{a.world.now(), t.Name(), value})
		}
		return nil
	}
	var err error
	switch {
	case len(tasks) == 0:
		err = collect(a.world.ctx)
	case st.MS == nil:
		err = a.suspend(collect)
	default:
		err = a.suspend(func(ctx context.Context) error {
			_, err := taskgroup.WaitFor(ctx, a.world.until(*st.MS), taskgroup.NoValue(collect))
			return err
		})
	}
	slices.SortFunc(came, func(x, y completion) int {
		return cmp.Or(cmp.Compare(x.t, y.t), cmp.Compare(x.name, y.name))
	})
	rows := make([]any, len(came))
	for i, c := range came {
		rows[i] = []any{c.t, c.name, c.value}
	}
	return rows, err
}

func (a *actor) waitFor(st *Step) (any, error) {
	if st.MS != nil && *st.MS <= 0 {
		return a.waitForNothing(st)
	}
	get, await := a.child, a.await
	if st.Shield {
		get, await = a.world.actor, a.awaitShielded
	}
	child := get(st.Task)
	if st.MS == nil {
		return await(child)
	}
	var value, awaited any
	err := a.limited(func(outer context.Context, body func(context.Context) error) (err error) {
		value, err = taskgroup.WaitFor(outer, a.world.until(*st.MS), func(ctx context.Context) (any, error) {
			err := body(ctx)
			return awaited, err
		})
		return err
	}, func() (err error) {
		awaited, err = await(child)
		return err
	})
	return some(value, err)
}

// waitForNothing is wait_for without time. WaitFor does not even call its
// function then; that the task is canceled and waited for is asyncio's own
// (F-04). A task that has not started never runs.
func (a *actor) waitForNothing(st *Step) (any, error) {
	get := a.world.startCanceled
	if st.Shield {
		get = a.world.start
	}
	child := a.world.existing(st.Task)
	if child == nil {
		child = get(st.Task)
	} else if hasEnded(child.task) {
		return child.answer(child.task.Result())
	}
	_, late := taskgroup.WaitFor(a.world.ctx, a.world.until(*st.MS), child.task.WaitOrCancel)
	if st.Shield {
		return nil, late
	}
	child.cancel()
	err := a.suspend(func(ctx context.Context) error {
		if _, err := child.task.Wait(ctx); !hasEnded(child.task) {
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if child.task.Cancelled() {
		return nil, late
	}
	return some(child.task.Result())
}
