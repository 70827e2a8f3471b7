package taskgroup

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"

	"example.com/asyncgo/internal/ctxerr"
)

// Run is asyncio.run and async with asyncio.TaskGroup() in one: it calls main
// with a new group and its context, in the caller's goroutine, and joins the
// group before it returns, with the answer of [Group.Wait].
//
// If main returns nil, Run waits for the tasks and cancels nothing but daemons.
// An error of main is one more failure and cancels the tasks; a task's failure
// that main returns again is listed once. A panic or [runtime.Goexit] in main
// cancels the tasks and passes on once they have completed; their failures are
// logged.
//
// Main may join its group itself. But then the group's context is done, an
// error main returns for that is a failure, and a task started later makes Run
// return [ErrGroupClosed]: what follows the tasks belongs after Run.
//
// Run panics if main is nil. Unlike asyncio.run, it may be nested, and waits
// for tasks that main leaves behind: see [Group.Stop] and [Daemon].
func Run(ctx context.Context, main func(ctx context.Context, g *Group) error, opts ...Option) error {
	if main == nil {
		panic(misused("Run of a nil function"))
	}
	o := newOptions(opts)
	if err := ctxerr.Of(ctx); err != nil {
		return &GroupError{Cause: err}
	}
	g := newGroup(ctx, o, main)
	g.inMain = true
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
	g.mainReturned(err)
	return g.Wait()
}

// errSecondRound is the cause of a group that has refused a task because main
// had joined it before.
var errSecondRound = fmt.Errorf("taskgroup: a task was started after main had joined its group: %w", ErrGroupClosed)

// mainReturned notes how the main function ended.
//
// Main may have joined the group itself. Then the context of the group is done
// because of that, and what main returns for it is no echo: it may be all that
// says that something was left undone. So is a task that the group has refused
// after the join.
func (g *Group) mainReturned(err error) {
	g.mu.Lock()
	g.inMain = false
	soFar, answer, joined := g.outcome, g.join.result, g.life == closed
	g.mu.Unlock()
	isEcho := func(err error) bool {
		return joined && ctxerr.Same(err, answer) || !joined && isEcho(err, g.ctx, g.parent)
	}
	isFailure := err != nil && !isEcho(err)
	again := isFailure && soFar.has(err, isEcho)
	failure := &TaskError{Index: -1, Name: "main", Err: err}
	g.mu.Lock()
	g.incomplete = g.incomplete || err != nil
	g.canceled = g.canceled || isFailure
	isNew := isFailure && !again
	if isNew {
		g.outcome.add(failure)
	}
	if g.rejected {
		g.outcome.cause = both(g.outcome.cause, errSecondRound)
	}
	if g.join.settled && (isNew || g.rejected) {
		g.answerLocked() // or else the answer is the very one that main has had
	}
	g.mu.Unlock()
	if isFailure {
		g.end(failure)
	}
}

// abandon joins the tasks of a main function that left by a panic or
// [runtime.Goexit]. That passes on, so the failures of the tasks are not
// returned: they are logged.
func (g *Group) abandon() {
	g.mu.Lock()
	g.inMain = false
	g.canceled = true
	g.mu.Unlock()
	g.end(errMainLeft)
	late := g.waitForEnd()
	if late == nil {
		g.settle()
	}
	g.mu.Lock()
	failures := g.outcome.list()
	g.mu.Unlock()
	if n := g.node(); n != nil && late == nil {
		g.endWatched(n, cmp.Or(g.outcome.err(), errMainLeft), nil)
	}
	g.logUnreturned(failures, late)
}

// logUnreturned logs failures that are not returned. Panics have been logged
// when they came, and an error handler has had all.
func (g *Group) logUnreturned(failures *GroupError, late *LateError) {
	report := func(text string, err error) {
		log(context.Background(), slog.LevelError, "taskgroup: "+text, func() []any {
			return []any{"group", g.options.name, "error", err}
		})
	}
	if failures != nil && g.options.handler == nil {
		for _, failure := range failures.Errors {
			if _, isPanic := failure.Err.(*PanicError); !isPanic {
				report("a task failed, and main did not return", failure)
			}
		}
	}
	if late != nil {
		report("tasks are still running, and main did not return", late)
	}
}

// catch makes the first of the signals cancel the group, and restores their
// default action then, or when release is called.
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
