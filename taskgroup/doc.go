// Package taskgroup starts tasks, waits for them and cancels them, alone and in
// groups: asyncio's tasks, TaskGroup, gather, wait, timeouts and futures. What
// names no counterpart in asyncio has none there.
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
// A source is a function that returns an iterator and obeys a context, such as
// a queue's Items and All. Tasks: [Run] and [Go] in a group, [SubmitTask] under
// the context of a request, [TryTask] without waiting, [GoReady] until it is
// ready, [Daemon] if it is not waited for, [Start] without a group; without a
// result, [Group.Go], [Group.Submit], [Group.TryGo].
//
// Time: [WaitFor], [MoveOnAfter], [Timeout]; [Shield] against cancellation.
// Calls that take no context: [Blocking], [BlockingIn], [Interruptible]. One
// call for many callers: [Shared]. What asyncio spells gather(*[f(x) for x in
// xs]) is Map(ctx, NoLimit, xs, f). [NoValue] makes a [Func] of a function
// without a result.
//
// # Ownership
//
// A call that takes functions owns them: on every exit path, including a panic
// or a break, it cancels whatever is still running and waits until it has
// returned. A value that it does not return, such as a loser's, is dropped. A
// call that takes handles never cancels them; the exception is
// [Task.WaitOrCancel].
//
// What may outlive the call that started it: a task from [Start], which its
// caller owns; tasks of a [Group], which the group joins; the function that
// [Blocking] or [BlockingIn] had to leave; that of a [Shared.Do] while others
// wait for it; a task named in a [LateError]; a [Task.OnDone] callback
// registered after the end; and a goroutine for each handle in a [Set] that is
// neither a [Task] nor a [Future], until it completes or is removed.
//
// The context that a function is given ends when the function or the call does,
// so its result must not depend on it: read a response's body inside.
//
// [Group], Task, Future, Set, [Deadline] and [Shared] are safe for concurrent
// use and must not be copied after first use.
//
// # Contexts
//
// A call whose context is done calls no function and takes nothing; only
// [Timeout] and [Shield] call theirs all the same, for cleanup. If the context
// ends later, functions are canceled and joined, and no more are begun; with
// handles only the wait ends. What has already happened is reported whatever
// the context says: [Task.Wait] returns the result of a task that has
// completed.
//
// The error of ctx, as it is called here, says what was waited for, and
// [errors.Is] finds both ctx.Err() and [context.Cause](ctx) in it. In a
// [GroupError] it is the Cause, unless all functions were called and returned
// nil: then there is no error. A time limit of this package is [ErrTimeout],
// and no other deadline is reported as that. A nil error means success even if
// the context has been canceled; check ctx.Err if that matters.
//
// # Accepted tasks are called
//
// The call that starts a task refuses it, and says so, or the function is
// called exactly once, if need be with a context that is done: what it owns is
// seen to. It may not have begun when the call returns, and may have returned.
// There are two exceptions: a task canceled by its own [Task.Cancel] before it
// begins, and one in the backlog of [WithBacklog] when its group is canceled,
// unless it is [Shielded]. Both complete without being called, and their OnDone
// callbacks run. Functions and items of [Gather], [Map] and their like that
// have not begun at the first failure are not called.
//
// # Ties
//
// When a result and a cancellation come at the same moment, a lock decides. The
// result wins over the cancellation of the wait for it, and a task that has
// been granted a slot runs. Nothing is lost or done twice.
//
// # Failures and echoes
//
// The first failure cancels a group, or a call such as [Gather]; the cause of
// the context is the [*TaskError]. The other tasks then usually return the
// error of the context. Such an echo is left out of the [GroupError], which
// holds the failures, errors of cleanup included.
//
// An echo leads, by single Unwraps, to the Err or the Cause of a context of the
// task or its group that is done, or to an error whose Is method says that it
// is that Err, as those of package net do. A join is one only if all of it is.
// A [LateError] or an ErrTimeout within the task is never an echo, at whatever
// depth, and an equal error of another task is a failure of its own.
//
// See also [WithKeepGoing], [WithErrorHandler], [Group.Stop] and [Cancelled].
//
// # Panics
//
// A panic in a function becomes a [PanicError] with the function's own stack.
// It cancels the siblings, is logged to [log/slog] at once, and is raised in
// the joining call, with the remaining failures under Others. If it is not
// recovered there, the trace of the program ends with that stack. [WithPanics]
// chooses otherwise. [Settle] and [Task.Wait] return it as an error. A task
// from [Start] has no joining call: its panic ends the process, as after a go
// statement. [runtime.Goexit], which t.FailNow calls, is the failure
// [ErrGoexit].
//
// A function that runs in the caller's goroutine, such as the main function of
// [Run] or that of [WaitFor], panics and exits like any other. A panic in a
// callback or an error handler is logged, and the others are called all the
// same.
//
// A call that is wrong in itself, with a nil function or a limit of 0, panics
// with an error for which [errors.Is] finds [ErrMisuse], and changes nothing.
//
// # Order
//
// Slots are granted in FIFO order, and a later caller cannot barge in; a heavy
// task is not starved by light ones. Functions begin strictly in order, one by
// one: with a limit of n, n in a row can wait for each other. Results keep the
// order of the arguments, unless the name says otherwise; of nothing they are
// empty and not nil. With an error they are zero.
//
// A call happens before the functions it starts begin. The return of a
// function, a completion by [Future.Resolve] or [Future.Reject], and the call
// of the ready of [GoReady] happen before whatever reports them: the return of
// a call, a closed Done channel, a callback, a pair of a loop. The end of a
// task happens before the start of the task that gets its slot.
//
// # Cost
//
// A task in a group is one allocation, 96 bytes if its result is an int; its
// context, name and Done channel are created lazily. In the backlog it has no
// goroutine. Short tasks and functions share goroutines, so one that locks its
// thread must unlock it; the tasks of a group have the pprof labels of its
// context. What has completed is forgotten: a group that runs a million tasks
// holds no more than at the start. A time limit takes one timer, and leaves
// none behind.
//
// # Testing
//
// Everything that blocks is durably blocked in a [testing/synctest] bubble. A
// channel that a task, future or group hands out belongs to the bubble where it
// was first asked for.
package taskgroup
