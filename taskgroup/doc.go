// Package taskgroup starts tasks, waits for them and cancels them, alone and in
// groups: what asyncio calls tasks, TaskGroup, gather, wait, timeouts and futures.
//
//	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
//		user := taskgroup.Go(g, fetchUser)
//		posts := taskgroup.Go(g, fetchPosts)
//		...
//	})
//
// # Which call
//
//	given           all results       keep errors        as they complete           the first
//	functions       Gather            Settle             AsCompleted                FirstSuccess, Race, Staggered
//	a slice         Map               SettleMap          MapSeq(slices.Values(xs))
//	an iterator     ForEach                              MapSeq, MapUnordered
//	a source        Consume                              MapSource, MapSourceUnordered
//	tasks, futures  Wait, GatherTasks                    Completed, Set             Wait(FirstCompleted)
//
// A source is a function that returns an iterator and obeys a context, such as a
// queue's Items and All. To start a task and hold it: [Run] and [Go] in a group,
// [SubmitTask] under the context of a request, [TryTask] without waiting, [GoReady]
// until it is ready, [Daemon] for one that is not waited for, [Start] without a
// group. Without a result: [Group.Go], [Group.Submit], [Group.TryGo].
//
// To bound the time: [WaitFor], [MoveOnAfter], [Timeout], and [NoTimeout] for none;
// [Shield] against cancellation. For calls that take no context: [Blocking],
// [BlockingIn], [Interruptible]. One call for many callers: [Shared].
//
// What asyncio spells gather(*[f(x) for x in xs]) is Map(ctx, NoLimit, xs, f). A
// function without a result becomes a [Func] by [NoValue].
//
// # Ownership
//
// A call that takes functions owns them: it returns only after all of them have
// returned, and on every exit path, including a panic or a break, it cancels and
// waits for whatever is still running. A call that takes handles, such as [Wait] or
// [Task.Wait], never cancels them; the exception is [Task.WaitOrCancel].
//
// What may outlive the call that started it: a task from [Start], which its caller
// owns; tasks of a [Group], which the group joins; the function that [Blocking] or
// [BlockingIn] had to leave; a task named in a [LateError]; a [Task.OnDone] callback
// that is registered after the end; and, for each handle of another type in a [Set]
// or [Completed], one goroutine that watches it until it completes or is removed.
//
// The context that a function is given ends when the function or the call does, so
// its result must not depend on it: read a response's body inside.
//
// # Contexts
//
// An operation that would start something or take a slot fails at once if its
// context is done. What has already happened is reported whatever the context says:
// [Task.Wait] returns the result of a task that has completed.
//
// The error of a wait that its context has ended says what was waited for.
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx) in it. A time limit of
// this package is [ErrTimeout], and no other deadline is reported as that. A nil
// error means success even if the context has been canceled; check ctx.Err if that
// matters.
//
// # Accepted tasks are called
//
// The call that starts a task decides whether its function is called. It refuses the
// task, and says so, or the function is called exactly once, if need be with a
// context that is done: what it owns is seen to. There are two exceptions: a task
// canceled by its own [Task.Cancel] before it begins, and a task in the backlog of
// [WithBacklog] when its group is canceled, unless it is [Shielded]. Both complete
// without being called, and their OnDone callbacks run. Functions and items of
// [Gather], [Map] and their like that have not begun at the first failure are not
// called.
//
// # Ties
//
// When a result and a cancellation come at the same moment, a lock decides. The
// result wins over the cancellation of the wait for it, and a task that has been
// granted a slot runs. Nothing is lost and nothing is done twice.
//
// # Failures and echoes
//
// The first failure cancels a group, or a call such as [Gather]; the cause of the
// context is the [*TaskError]. The other tasks then usually return the error of the
// context. Such an echo is left out of the [GroupError], which holds the failures:
// the first in time first, the rest in order of submission, errors of cleanup
// included. Its Cause says whether the end came from outside: from the parent's
// context, [Group.Cancel] or a signal.
//
// An echo leads, by single Unwraps, to the Err or the Cause of a context of the task
// or its group that is done, or to an error whose Is method says that it is that
// Err, as those of package net do. A join is one only if all of it is. A [LateError]
// or an ErrTimeout within the task is never an echo, and an equal error of another
// task is a failure of its own.
//
// With [WithKeepGoing] a failure does not cancel the other tasks; [WithErrorHandler]
// gets each one as it happens; [Group.Stop] ends a group without an error. To find
// out whether an error is a clean stop or a failure, use [Cancelled].
//
// # Panics
//
// A panic in a task becomes a [PanicError] with the task's own stack. It cancels the
// siblings, is logged to [log/slog] at once, and is raised in the joining call, with
// the remaining failures under Others. If it is not recovered there, the trace of
// the program ends with the stack of the task. [WithPanics] chooses otherwise.
// [Settle] and [Task.Wait] return it as an error. A task from [Start] has no joining
// call: its panic ends the process, as after a go statement. [runtime.Goexit], which
// t.FailNow calls, is the failure [ErrGoexit].
//
// A function that runs in the caller's goroutine, such as the main function of [Run]
// or that of [WaitFor], panics and exits like any other.
//
// A call that is wrong in itself, with a nil function or a limit of 0, panics with an
// error for which [errors.Is] finds [ErrMisuse], and changes nothing.
//
// # Order
//
// Slots are granted in FIFO order, and a later caller cannot barge in; a heavy task
// is not starved by light ones. Functions begin strictly in order, one by one: with a
// limit of n, n in a row can wait for each other. Results keep the order of the
// arguments, unless the name says otherwise.
//
// A call happens before the functions it starts begin, and their return before the
// call that reports it returns. The end of a task happens before the start of the
// task that gets its slot.
//
// # Cost
//
// A task in a group is one allocation, 96 bytes if its result is an int; its context,
// name and Done channel are created lazily. Goroutines are shared by short tasks: a
// task that begins as another one completes may run in its goroutine. In the backlog
// a task has no goroutine. What has completed is forgotten: a group that runs a
// million tasks holds no more than at the start.
//
// # Testing
//
// Everything that blocks is durably blocked in a [testing/synctest] bubble. A channel
// that a task, future or group hands out belongs to the bubble where it was first
// asked for.
package taskgroup
