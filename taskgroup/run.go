package taskgroup

import (
	"context"
	"os"
	"os/signal"

	"example.com/asyncgo/internal/ctxerr"
)

// Run runs main with a group, in the caller's goroutine, and joins every task
// that the group was given before it returns: nothing that main starts there
// outlives the call. It is asyncio.run and async with asyncio.TaskGroup() in
// one.
//
// If main returns nil, Run waits for the tasks and cancels nothing. If main
// returns an error, that is one more failure of the group, with index -1 and
// the name main, and cancels the tasks; so do a panic and [runtime.Goexit] in
// main, which pass on unchanged once the tasks have ended. A task's failure that
// main returns again, wrapped or joined with others, is listed once. Main's
// context is the group's, so the first failure of a task ends it, too.
//
// Run returns what [Group.Wait] returns, and panics as that does; the end of every
// task happens before that. If ctx is done already, main is not called, and the
// answer is a [*GroupError] with that as its cause. A nil main is misuse.
//
// Unlike asyncio.run, it may be nested, and it waits for the tasks that main
// leaves behind instead of cancelling them: call [Group.Stop] for that.
func Run(ctx context.Context, main func(ctx context.Context, g *Group) error, opts ...Option) error {
	if main == nil {
		panic(misused("Run of a nil function"))
	}
	o := newOptions(opts)
	if err := ctxerr.Of(ctx); err != nil {
		return &GroupError{Cause: err}
	}
	g := newGroup(ctx, o)
	if o.signals != nil {
		defer g.catch(o.signals)()
	}
	returned := false
	defer func() {
		if !returned {
			g.abandon()
		}
	}()
	err := main(g.ctx, g)
	returned = true
	g.mainEnded(err)
	return g.Wait()
}

// mainEnded notes how the main function ended.
func (g *Group) mainEnded(err error) {
	if err == nil {
		return
	}
	isEcho := func(err error) bool { return isEcho(err, g.ctx, g.parent) }
	failure := !isEcho(err)
	g.mu.Lock()
	soFar := g.outcome
	g.mu.Unlock()
	again := soFar.has(err, isEcho)
	g.mu.Lock()
	g.incomplete = true
	if failure {
		g.canceled = true
		if !again {
			g.outcome.add(&TaskError{Index: -1, Name: "main", Err: err})
			if g.join.settled { // main has called Wait itself
				g.join.result = g.outcome.err()
			}
		}
	}
	g.mu.Unlock()
	if failure {
		g.end(err)
	}
}

// abandon joins the tasks of a main function that left by a panic or
// [runtime.Goexit]. That passes on, so what the tasks end with is not returned;
// their panics have been reported.
func (g *Group) abandon() {
	g.mu.Lock()
	g.canceled = true
	g.mu.Unlock()
	g.end(errMainLeft)
	if late := g.waitForEnd(); late == nil {
		g.settle()
	}
}

// catch has the first of the signals cancel the group, and gives them back
// their default action then, or when the answer is called.
func (g *Group) catch(signals []os.Signal) (release func()) {
	caught := make(chan os.Signal, 1)
	released := make(chan struct{})
	gone := make(chan struct{})
	signal.Notify(caught, signals...)
	go func() {
		defer close(gone)
		select {
		case s := <-caught:
			signal.Stop(caught)
			g.Cancel(&SignalError{Signal: s})
		case <-released:
		}
	}()
	return func() {
		signal.Stop(caught)
		close(released)
		<-gone
	}
}
