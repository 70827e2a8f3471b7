// Package taskgroup starts tasks, waits for them and cancels them, alone and in
// groups: what asyncio calls tasks, TaskGroup, gather, wait, timeouts and
// futures.
//
//	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
//		user := taskgroup.Go(g, fetchUser)
//		posts := taskgroup.Go(g, fetchPosts)
//		...
//	})
//
// # Ownership
//
// Every goroutine has an owner that joins it. A call that takes functions, as
// [Run], [Gather], [Map] or [WaitFor], owns them: whichever way it is left, by
// a result, an error, a panic or a break, it has cancelled what still ran and
// waited for it. A call that takes handles, as [Wait], [Completed] or
// [Task.Wait], never cancels them; the one exception, [Task.WaitOrCancel], has
// it in its name.
//
// So only a few things outlive the call that began them: a task from [Start],
// which its caller owns; tasks of a [Group], which the group joins; the function
// that [Blocking] had to leave; and tasks named in a [LateError].
//
// The context that a function is given ends when the function does. What it
// returns must not depend on that context: read a response's body inside.
//
// # Contexts
//
// An operation that would take something, a new task or room for it, fails at
// once if its context is done, and takes nothing. What has already happened is
// reported whatever the context says: [Task.Wait] on a task that has ended
// returns its result.
//
// A wait that its context ends returns an error for which [errors.Is] finds both
// ctx.Err() and [context.Cause](ctx). A time limit of this package is
// [ErrTimeout], which no deadline from outside is ever reported as. And (v, nil)
// is a success, also after a cancellation: the context still tells.
//
// # Ties
//
// When an end and a cancellation come at the same moment, a lock decides, not
// chance. A result wins over the cancellation of the wait for it; a task that has
// been given room runs. Either way nothing is lost and nothing is done twice.
// Cancelled before it begins, a task never runs.
//
// # Failures and noise
//
// The first failure cancels a group, with the failure itself as the cause of the
// group's context. The other tasks then end with the error of that context, and
// nobody wants to read that. It is noise: an error that leads, by single Unwraps,
// to the Err or the Cause of a context of the task or of its group that is done.
// What is left, the clean-ups that failed included, is in the [GroupError] that
// the group answers with: the first failure in time first, then the rest in
// order of submission. Its Cause says if the end came from outside: from the
// parent's context, [Group.Cancel] or a signal.
//
// [WithKeepGoing] has no failure cancel the others, [WithErrorHandler] sees each
// one as it happens, and [Group.Stop] ends a group without an error.
//
// # Panics
//
// A panic in a task becomes a [PanicError] with the stack of the task. It
// cancels the siblings and is reported to [log/slog] at once, so that a task that
// never ends cannot hide it, and it is raised again in whoever joins the group,
// the other failures being under its Others. [WithPanics] chooses otherwise. A
// task from [Start] has nobody who joins it, so there a panic ends the process,
// as after a go statement. [runtime.Goexit], which t.FailNow calls, is
// [ErrGoexit], a failure like any other.
//
// What runs in the caller's goroutine, as the main function of [Run], panics as
// any function: unchanged, once everything has been joined.
//
// # Fairness
//
// Where there is a limit, room goes to those who wait in the order in which they
// came, handed over directly: nobody who comes later overtakes, and a task of
// great weight is not starved by light ones.
//
// # Cost
//
// A task in a group is one allocation, 112 bytes if its result is an int; its
// context, its name and its Done channel are made when somebody asks. If it
// begins when another one has just ended it uses that one's goroutine, and in
// the backlog of [WithBacklog] it has none yet. What has ended is forgotten: a
// group may run a million tasks and hold no more than at the start.
//
// Tests can use [testing/synctest]: whatever waits here is durably blocked.
package taskgroup
