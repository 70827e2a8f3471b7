/*
Package asyncvet finds, before a program runs, the usual mistakes with groups of
tasks: those of [example.com/asyncgo/taskgroup], of its neighbors semaphore and
queue, of [golang.org/x/sync/errgroup] and of [sync.WaitGroup].

A rule that cannot be exact about a piece of code is silent about it. The
command asyncvet runs the analyzers; docs/vet.md has them in a table.

# outerctx

use of an outer context in a task that has a nearer one

A task that uses a context of the surrounding function is not stopped when its
group is canceled: the group waits for it in vain.

Bad:

	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return fetch(ctx) })

	g.Go(func(context.Context) error { return fetch(ctx) }) // taskgroup

Good:

	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return fetch(gctx) })

	g.Go(func(ctx context.Context) error { return fetch(ctx) })

The rule is silent about a context that is only looked at for its values, as by a
logger; about deferred calls and [context.WithoutCancel]; and, with errgroup, about
a task that uses both contexts.

# ctxafterwait

use of a group's context after its end

Wait cancels the context of a group, also when every task returned nil. What uses
the context after that fails at once, and its Err is never nil. In the same way
a response, rows or a transaction that a task made with its context are dead when
the task has returned.

Bad:

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return load(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return store(ctx) // context canceled

	resp, err := taskgroup.WaitFor(ctx, d, func(ctx context.Context) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		...
		return http.DefaultClient.Do(req) // its body cannot be read
	})

Good:

	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return load(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return store(ctx)

# causelost

return of a group context's error where Wait has the failure

When a task fails, its group's context is canceled. A function that owns the
group and returns the context's error says "context canceled" instead of what
went wrong, and leaves without joining the tasks.

Bad:

	g, gctx := errgroup.WithContext(ctx)
	...
	select {
	case jobs <- job:
	case <-gctx.Done():
		return gctx.Err()
	}

Good:

	case <-gctx.Done():
		return g.Wait()

# droppedtask

result of a task, or a whole group, that is never looked at

The error of a task from Start is lost unless its handle is waited for, canceled,
handed on or given an OnDone. A refused TryGo or Submit means that the task does
not run. A group that is left without Wait goes on running, and its failure is
lost.

Bad:

	taskgroup.Start(ctx, refresh)

	g.Go(work)
	if err := prepare(); err != nil {
		return err // the task still runs
	}
	return g.Wait()

Good:

	task := taskgroup.Start(ctx, refresh)
	...
	_, err := task.Wait(ctx)

	if err := prepare(); err != nil {
		g.Wait()
		return err
	}

# uncancellable

blocking call in a task that does not obey the task's context

Bad:

	g.Go(func(ctx context.Context) error {
		time.Sleep(time.Minute)
		return exec.Command("make").Run()
	})

Good:

	g.Go(func(ctx context.Context) error {
		if err := taskgroup.Sleep(ctx, time.Minute); err != nil {
			return err
		}
		return exec.CommandContext(ctx, "make").Run()
	})

For what knows no context there are taskgroup.Interruptible and BlockingIn.

# lockacross

mutex held over a call that waits

A [sync.Mutex] knows no context: what waits for it cannot be canceled, so a mutex
that is held over a call that waits passes that wait on to every other goroutine
that needs it. If the call waits for a task that needs it, too, neither goes on.

Bad:

	mu.Lock()
	defer mu.Unlock()
	return items.Put(ctx, item)

Good:

	mu.Lock()
	item := next()
	mu.Unlock()
	return items.Put(ctx, item)

or a semaphore.Lock, which waits under a context.

# permit

permit that is not released, or released without having been acquired

Bad:

	err := sem.Acquire(ctx)
	defer sem.Release() // panics if Acquire failed
	if err != nil {
		return err
	}

	if err := sem.Acquire(ctx); err != nil {
		return err
	}
	if full() {
		return errFull // the permit is lost
	}
	sem.Release()

Good:

	if err := sem.Acquire(ctx); err != nil {
		return err
	}
	defer sem.Release()

or sem.Do. A task that may be refused must not be the only one to release; a
function in Blocking goes on without the permit when its caller gives up:
BlockingIn.

# selfwait

task that waits for its own group

Bad:

	g.Go(func() error {
		...
		return g.Wait() // waits for itself
	})

	g.SetLimit(2)
	g.Go(func() error {
		g.Go(more) // waits for room that only its own end makes
		return nil
	})

	for item := range q.Items(ctx) {
		q.Put(ctx, item.Next()) // q is full, and only this loop empties it
	}

Good:

	if !g.TryGo(more) {
		return more()
	}

or wait outside of the task; give the group a backlog, or the queue no bound.

# shutdownonfailure

failure of a producer that looks like the end of its items

Bad:

	func produce(ctx context.Context, q *queue.Queue[int]) error {
		defer q.Shutdown() // also when it fails: the consumer commits half of them
		for ... {
			if err := q.Put(ctx, item); err != nil {
				return err
			}
		}
		return nil
	}

Good:

	if err := q.Put(ctx, item); err != nil {
		return err // the group's context ends the consumer
	}
	...
	q.Shutdown()
	return nil

The same holds for close of a channel where the consumer commits after its loop.
Where Join is used, an item without TaskDone keeps it waiting.

# seqsource

sequence of a queue where its source is needed

An iterator over a queue blocks in the queue, so a stage that is left early waits
for the next item.

Bad:

	for v, err := range taskgroup.MapSeq(ctx, 2, q.Items(ctx), fn) {
		...
	}

	for item := range q.Items(ctx) {
		...
	}
	return nil // also if ctx ended

Good:

	for v, err := range taskgroup.MapSource(ctx, 2, q.All, fn) {
		...
	}

	for item := range q.Items(ctx) {
		...
	}
	return ctx.Err()

# errcompare

comparison that the error of a group does not pass, or passes too easily

Bad:

	err == context.Canceled
	err.(*taskgroup.GroupError)
	if errors.Is(err, context.Canceled) { // true also if another task failed
		return nil
	}

Good:

	errors.Is(err, context.Canceled)
	errors.AsType[*taskgroup.GroupError](err)
	if taskgroup.Cancelled(err) {
		return nil
	}

# fromasyncio

call that means something else in asyncio; off unless -fromasyncio.enable is set

Bad:

	taskgroup.Sleep(ctx, 2)         // two nanoseconds
	taskgroup.WaitFor(ctx, 0, fn)   // fn is not called
	queue.New[int](0)               // no bound, as in asyncio; not a rendezvous
	taskgroup.Race(ctx, a, b)       // the first to end, also by failure

Good:

	taskgroup.Sleep(ctx, 2*time.Second)
	taskgroup.WaitFor(ctx, taskgroup.NoTimeout, fn)
	queue.New[int](-1)
	taskgroup.FirstSuccess(ctx, a, b)

# suppression

comment that silences a rule without a reason

	//asyncvet:ignore permit released by the caller
	//nolint:asyncvet // released by the caller

on the line of the finding, or alone on the line before it, silence it. A comment
without a reason silences nothing and is a finding itself.
*/
package asyncvet
