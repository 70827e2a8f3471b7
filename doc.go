// Package asyncgo is Python asyncio's way of running tasks, in Go: tasks with
// results, groups that own them, and the primitives they wait at.
//
// Three packages that do not know each other do the work, on plain goroutines
// and [context.Context]; this one has only documentation:
//
//   - [taskgroup]: tasks, groups, gather and its relatives, time-outs
//   - [semaphore]: semaphores, locks, events, conditions, barriers
//   - [queue]: FIFO, LIFO and priority queues
//
// A call that is given functions has ended all of them when it returns, however
// it returns, unless to start one is all it is for: nothing leaks. The first
// failure cancels the others, and every failure is reported: nothing is lost.
// Waiting for a result, for room, a permit or an item takes a context and ends
// with it: nothing hangs.
//
// # From asyncio to here
//
// What asyncio offers, and where it is. "-" says that Go does not need it.
//
//	asyncio                             asyncgo
//	-------                             -------
//	run, Runner                         taskgroup.Run (WithSignals, WithGrace)
//	TaskGroup                           taskgroup.Group, by taskgroup.Run or taskgroup.New
//	TaskGroup.create_task               taskgroup.Go (with a result), taskgroup.Group.Go
//	TaskGroup.cancel (3.15)             taskgroup.Group.Stop, taskgroup.Group.Cancel
//	create_task                         taskgroup.Start, or better one in a group
//	ensure_future                       - (a function is not a task until it is started)
//	eager_task_factory,
//	create_eager_task_factory           -
//	run_coroutine_threadsafe            - (any goroutine may start a task)
//
//	await task                          taskgroup.Task.WaitOrCancel
//	await shield(task)                  taskgroup.Task.Wait
//	shield(coroutine)                   taskgroup.Shield, taskgroup.Shielded
//	Task.done                           taskgroup.Task.Done
//	Task.result, exception              taskgroup.Task.Result, taskgroup.Task.Err
//	Task.cancel, cancelled              taskgroup.Task.Cancel, taskgroup.Task.Cancelled
//	Task.cancelling, uncancel           - (a context is cancelled once and for all)
//	Task.get_name, set_name             taskgroup.Task.Name, taskgroup.Named
//	Task.add_done_callback              taskgroup.Task.OnDone
//	Task.remove_done_callback           what OnDone returns
//	Task.get_coro, get_context          - (context.Context is passed along)
//	Task.get_stack, print_stack         - (runtime/pprof shows goroutines)
//	Future                              taskgroup.Future
//	current_task, all_tasks             taskgroup.Current, taskgroup.Group.Tasks
//	capture_call_graph, FutureCallGraph,
//	format_call_graph, print_call_graph,
//	FrameCallGraphEntry,
//	future_add_to_awaited_by,
//	future_discard_from_awaited_by      - (runtime/pprof, runtime/trace)
//
//	gather                              taskgroup.Gather, Gather2, Gather3
//	gather(return_exceptions=True)      taskgroup.Settle
//	gather(*tasks)                      taskgroup.GatherTasks
//	as_completed                        taskgroup.AsCompleted; of tasks taskgroup.Completed
//	wait                                taskgroup.Wait, taskgroup.Set
//	ALL_COMPLETED                       taskgroup.AllCompleted
//	FIRST_COMPLETED                     taskgroup.FirstCompleted
//	FIRST_EXCEPTION                     taskgroup.FirstError
//	staggered_race                      taskgroup.Staggered, FirstSuccess, Race
//	sleep                               taskgroup.Sleep
//	wait_for                            taskgroup.WaitFor, taskgroup.MoveOnAfter
//	timeout, timeout_at                 taskgroup.Timeout
//	Timeout.when, expired               taskgroup.Deadline.When, taskgroup.Deadline.Expired
//	Timeout.reschedule                  taskgroup.Deadline.Reschedule, taskgroup.Deadline.Extend
//	to_thread, loop.run_in_executor     taskgroup.Blocking
//	loop.call_later, call_at            - (time.AfterFunc)
//	loop.add_signal_handler             taskgroup.WithSignals, or os/signal
//	open_connection, start_server       - (net)
//	create_subprocess_exec              - (os/exec)
//
//	Semaphore                           semaphore.NewCounting
//	BoundedSemaphore                    semaphore.New
//	Lock, Event, Condition              semaphore.Lock, semaphore.Event, semaphore.Cond
//	Barrier, BrokenBarrierError         semaphore.Barrier, semaphore.ErrBroken
//
//	Queue, LifoQueue                    queue.New, queue.NewLIFO
//	PriorityQueue                       queue.NewPriority
//	Queue.put, put_nowait               queue.Queue.Put, queue.Queue.TryPut
//	Queue.get, get_nowait               queue.Queue.Get, queue.Queue.TryGet
//	Queue.qsize, maxsize, empty, full   queue.Queue.Len, queue.Queue.Cap
//	Queue.task_done, join               queue.Queue.TaskDone, queue.Queue.Join
//	Queue.shutdown                      queue.Queue.Shutdown, queue.Queue.ShutdownNow
//	QueueEmpty, QueueFull               queue.ErrEmpty, queue.ErrFull
//	QueueShutDown                       queue.ErrShutdown
//
//	CancelledError                      context.Canceled, context.Cause
//	TimeoutError                        taskgroup.ErrTimeout
//	InvalidStateError                   taskgroup.ErrNotDone
//	ExceptionGroup                      taskgroup.GroupError
//
// [taskgroup]: https://pkg.go.dev/example.com/asyncgo/taskgroup
// [semaphore]: https://pkg.go.dev/example.com/asyncgo/semaphore
// [queue]: https://pkg.go.dev/example.com/asyncgo/queue
package asyncgo
