package conformance

import (
	"context"
	"errors"
	"time"

	"example.com/asyncgo/taskgroup"
)

// A scope of the library, a time limit or a group, gets a context that the
// requests made to the actor do not end: they interrupt what the body waits
// for, and the body may swallow them. The context of the scope ends when the
// body returns because of a request, or when there is one while the scope joins
// its tasks. That is when asyncio's scopes notice it.

// far is a deadline for a scope that gets another, or none, before it matters.
const far = 2 * horizon

func (a *actor) timeout(st *Step) (expired any, ret *returned, err error) {
	var deadline *taskgroup.Deadline
	err = a.limited(func(outer context.Context, body func(context.Context) error) error {
		limit := far
		if st.MS != nil {
			limit = a.world.until(*st.MS)
		}
		return taskgroup.Timeout(outer, limit, func(ctx context.Context, d *taskgroup.Deadline) error {
			deadline = d
			if st.MS == nil {
				if err := d.Reschedule(time.Time{}); err != nil {
					return err
				}
			}
			return body(ctx)
		})
	}, func() (err error) {
		a.deadlines = append(a.deadlines, deadline)
		defer func() { a.deadlines = a.deadlines[:len(a.deadlines)-1] }()
		ret, err = a.block(st.Body)
		return err
	})
	return deadline.Expired(), ret, err
}

func (a *actor) reschedule(st *Step) error {
	deadline := a.deadlines[len(a.deadlines)-1]
	var err error
	if st.MS == nil {
		err = deadline.Reschedule(time.Time{})
	} else {
		err = deadline.Extend(a.world.until(*st.MS))
	}
	if errors.Is(err, taskgroup.ErrTimeout) {
		return appError("InvalidState") // RuntimeError in asyncio
	}
	return err
}

// limited runs body in a scope that has a time limit, which scope starts with
// the context it is given.
func (a *actor) limited(scope func(outer context.Context, body func(context.Context) error) error, body func() error) error {
	outer, end := context.WithCancelCause(a.world.ctx)
	defer end(nil)
	before := a.requested()
	err := scope(outer, func(ctx context.Context) error {
		limit := a.enter(ctx)
		err := body()
		expired := limit.leave()
		switch {
		case !isCancellation(err):
		case a.requested() > before:
			end(errLeft) // it was not, or not only, the time limit
		case expired:
			return context.Cause(ctx) // whichever cancellation it was: they have no identity
		}
		return err
	})
	if isCancellation(err) {
		return errCancelled // asyncio does not report that the time was over, too (T-08)
	}
	return err
}

func (a *actor) taskgroup(st *Step) (ret *returned, err error) {
	outer, end := context.WithCancelCause(a.world.ctx)
	defer end(nil)
	err = taskgroup.Run(outer, func(ctx context.Context, g *taskgroup.Group) (err error) {
		a.world.enterGroup(st.Name, g)
		for _, child := range st.Children {
			a.world.startIn(g, child)
		}
		failure := a.enter(ctx)
		ret, err = a.block(st.Body)
		aborted := failure.leave()
		if isCancellation(err) && !aborted {
			end(errLeft)
		}
		if g.Running() > 0 {
			a.listen(func() { end(errLeft) })
		}
		return err
	})
	requested := a.mute()
	switch {
	case err == nil && requested:
		return ret, errCancelled // all tasks returned nil in spite of the request
	case err != nil && !isCancellation(err) && a.requested() > 0:
		a.takeBack()
		a.request() // TG-07: it is delivered again
	}
	return ret, err
}

func (w *world) enterGroup(name string, g *taskgroup.Group) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups[name] = g
}

func (a *actor) try(st *Step) (*returned, error) {
	ret, err := a.block(st.Body)
	late, failure := a.block(st.Finally)
	switch {
	case failure != nil:
		return nil, failure
	case late != nil:
		return late, nil
	}
	return ret, err
}
