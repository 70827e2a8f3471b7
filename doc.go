// Package asyncgo is asyncio for Go: tasks with results, groups that own them,
// and the primitives that tasks wait for.
//
// The work is done by three independent packages, built on plain goroutines and
// [context.Context], and a fourth shows it; this one has only documentation:
//
//   - [taskgroup]: tasks, groups, gather and its relatives, timeouts
//   - [semaphore]: semaphores, locks, events, conditions, barriers
//   - [queue]: FIFO, LIFO and priority queues
//   - [inspect]: what runs, under what, since when, and what it waits for
//
// A call that takes functions returns only after all of them have returned, even
// on panic. The exceptions are calls that exist to start a task, such as Start,
// and Blocking, whose function cannot be canceled. The first failure cancels the
// others, and every failure is reported. Each wait, for a result, a slot, a permit
// or an item, ends with a context: the one it is given, or that of its group.
//
// # From asyncio to here
//
// What asyncio offers, and the name here. "-" means that Go does not need it. The
// guide docs/asyncio.md has each construct in both languages, and docs/errgroup.md
// starts from other Go libraries.
//
//	asyncio                             asyncgo
//	-------                             -------
//	run, Runner                         taskgroup.Run (WithSignals, WithGrace)
//	what run cancels at its end         taskgroup.Daemon, taskgroup.Group.Stop
//	TaskGroup                           taskgroup.Group, by taskgroup.Run or taskgroup.New
//	TaskGroup.create_task               taskgroup.Go (with a result), taskgroup.Group.Go
//	create_task within timeout          taskgroup.SubmitTask, taskgroup.Group.Submit
//	create_task, unless it would wait   taskgroup.TryTask, taskgroup.Group.TryGo
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
//	Task.cancelling, uncancel           - (a context stays canceled)
//	Task.get_name, set_name             taskgroup.Task.Name, taskgroup.Named
//	Task.add_done_callback              taskgroup.Task.OnDone
//	Task.remove_done_callback           what OnDone returns
//	Task.get_coro, get_context          - (context.Context is passed along)
//	Task.get_stack, print_stack         inspect.Monitor.SnapshotStacks
//	Future                              taskgroup.Future
//	current_task, all_tasks             taskgroup.Current; taskgroup.Group.Tasks,
//	                                    inspect.Snapshot.All
//	a dict of tasks, each shielded      taskgroup.Shared
//	capture_call_graph, FutureCallGraph,
//	FrameCallGraphEntry                 inspect.Monitor.Snapshot, Node, Frame
//	format_call_graph, print_call_graph inspect.Snapshot.String, WriteText
//	future_add_to_awaited_by,
//	future_discard_from_awaited_by      - (what a task waits for is seen)
//	python -m asyncio ps, pstree        inspect/cmd/asyncgo-ps, inspect/inspecthttp
//	debug mode: slow callbacks,
//	exceptions never retrieved          inspect.Monitor.Check, inspect.Monitor.Watch
//
//	gather                              taskgroup.Gather, Gather2, Gather3
//	gather(return_exceptions=True)      taskgroup.Settle
//	gather(*[f(x) for x in xs])         taskgroup.Map, SettleMap, ForEach, MapSeq, MapUnordered
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
//	timeout=None                        taskgroup.NoTimeout
//	Timeout.when, expired               taskgroup.Deadline.When, taskgroup.Deadline.Expired
//	Timeout.reschedule                  taskgroup.Deadline.Reschedule, taskgroup.Deadline.Extend
//	to_thread                           taskgroup.Blocking
//	loop.run_in_executor,
//	ThreadPoolExecutor(max_workers)     taskgroup.BlockingIn with a semaphore
//	loop.call_later, call_at            - (time.AfterFunc)
//	loop.add_signal_handler             taskgroup.WithSignals, or os/signal
//	async generator over a generator    taskgroup.MapSource, MapSourceUnordered
//	open_connection, start_server       - (net); reads end by taskgroup.Interruptible
//	create_subprocess_exec              - (os/exec)
//
//	Semaphore                           semaphore.NewCounting
//	BoundedSemaphore                    semaphore.New
//	async with semaphore, lock          semaphore.Semaphore.Do, semaphore.Use, semaphore.Lock.Do
//	Lock, Event, Condition              semaphore.Lock, semaphore.Event, semaphore.Cond
//	aiorwlock.RWLock                    semaphore.RWLock
//	a dict of locks                     semaphore.Keyed
//	Barrier, BrokenBarrierError         semaphore.Barrier, semaphore.ErrBroken
//	Barrier.n_waiting                   semaphore.Barrier.Waiting
//	the waiters in a repr               semaphore.Lock.Waiting, queue.Queue.Waiting, taskgroup.Group.Waiting
//
//	Queue, LifoQueue                    queue.New, queue.NewLIFO
//	PriorityQueue                       queue.NewPriority
//	Queue.put, put_nowait               queue.Queue.Put, queue.Queue.TryPut
//	Queue.get, get_nowait               queue.Queue.Get, queue.Queue.TryGet
//	Queue.qsize, maxsize, empty, full   queue.Queue.Len, queue.Queue.Cap
//	Queue.task_done, join               queue.Queue.TaskDone, queue.Queue.Join
//	Queue.shutdown                      queue.Queue.Shutdown, queue.Queue.ShutdownNow
//	while True: await queue.get()       queue.Queue.All, queue.Queue.Items
//	batches by size, or by time         queue.Queue.GetBatch, queue.Queue.GetBatchWithin
//	QueueEmpty, QueueFull               queue.ErrEmpty, queue.ErrFull
//	QueueShutDown                       queue.ErrShutdown
//
//	CancelledError                      context.Canceled, context.Cause
//	except CancelledError               taskgroup.Cancelled
//	TimeoutError                        taskgroup.ErrTimeout
//	InvalidStateError                   taskgroup.ErrNotDone
//	ExceptionGroup                      taskgroup.GroupError
//
// [taskgroup]: https://pkg.go.dev/example.com/asyncgo/taskgroup
// [semaphore]: https://pkg.go.dev/example.com/asyncgo/semaphore
// [queue]: https://pkg.go.dev/example.com/asyncgo/queue
// [inspect]: https://pkg.go.dev/example.com/asyncgo/inspect
package asyncgo
