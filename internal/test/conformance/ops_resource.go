package conformance

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
)

// resource is a shared object of a scenario. Its do calls the one method that
// the step names.
//
// An acquire, put or get that need not wait does not notice a pending request
// in asyncio (L-09, M-10); here a context that is done lets nothing through. So
// where a request is pending, the Try form is called first.
type resource interface {
	do(a *actor, st *Step) (value any, err error)
}

func newResource(r Resource, how Emulation) resource {
	switch r.Kind {
	case "semaphore":
		return semaphoreOps{semaphore.NewCounting(r.Value)}
	case "bounded":
		return semaphoreOps{semaphore.New(r.Value)}
	case "lock":
		return lockOps{new(semaphore.Lock)}
	case "condition":
		if how.has(Models) {
			return &modelCond{how: how}
		}
		lock := new(semaphore.Lock)
		return condOps{lockOps{lock}, semaphore.NewCond(lock)}
	case "event":
		return eventOps{new(semaphore.Event)}
	case "barrier":
		b := barrierOps{semaphore.NewBarrier(r.Parties)}
		if how.has(CPythonIndices) {
			return cpythonBarrier{b}
		}
		return b
	case "queue", "lifo", "priority":
		q := newQueue(r)
		if how.has(Models) {
			return newModelQueue(q, how)
		}
		return queueOps{q}
	case "var":
		return &variable{value: r.Value}
	}
	panic("conformance: no such kind of resource: " + r.Kind)
}

func newQueue(r Resource) *queue.Queue[any] {
	switch r.Kind {
	case "lifo":
		return queue.NewLIFO[any](r.MaxSize)
	case "priority":
		return queue.NewPriority(r.MaxSize, compareItems)
	}
	return queue.New[any](r.MaxSize)
}

func unknown(st *Step) error { return errors.New("conformance: no such op: " + st.Op) }

// misuse calls f and returns the error that it panics with because of misuse.
func misuse(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			known, ok := v.(error)
			if !ok || !errors.Is(known, semaphore.ErrMisuse) && !errors.Is(known, queue.ErrMisuse) {
				panic(v)
			}
			err = known
		}
	}()
	f()
	return nil
}

type semaphoreOps struct{ *semaphore.Semaphore }

func (s semaphoreOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "acquire":
		if a.isPending() && s.TryAcquire() {
			return nil, nil
		}
		return nil, a.wait(s.Acquire)
	case "release":
		return nil, misuse(s.Release)
	case "locked":
		return s.Locked(), nil
	}
	return nil, unknown(st)
}

type lockOps struct{ *semaphore.Lock }

func (l lockOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "acquire":
		return nil, l.acquire(a)
	case "release":
		err := misuse(l.Unlock)
		// Here the lock stays locked for the waiter that gets it (L-07). In asyncio
		// it is free until that task runs, which may release it again at once.
		time.Sleep(tick)
		return nil, err
	case "locked":
		return l.Locked(), nil
	}
	return nil, unknown(st)
}

func (l lockOps) acquire(a *actor) error {
	if a.isPending() && l.TryLock() {
		return nil
	}
	return a.wait(l.Lock.Lock)
}

type condOps struct {
	lockOps
	*semaphore.Cond
}

func (c condOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "wait":
		return nil, a.wait(func(ctx context.Context) (err error) {
			return cmp.Or(misuse(func() { err = c.Wait(ctx) }), err)
		})
	case "wait_until":
		v := a.world.resources[st.Var].(*variable)
		return nil, a.wait(func(ctx context.Context) (err error) {
			first := true
			holds := func() bool {
				// Unlike WaitFor, asyncio does not check again after a cancellation.
				check := first || ctx.Err() == nil
				first = false
				return check && v.get() >= st.GE
			}
			return cmp.Or(misuse(func() { err = c.WaitFor(ctx, holds) }), err)
		})
	case "notify":
		return nil, misuse(func() { c.Notify(st.N) })
	case "notify_all":
		return nil, misuse(c.NotifyAll)
	}
	return c.lockOps.do(a, st)
}

type eventOps struct{ *semaphore.Event }

func (e eventOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "wait":
		return nil, a.wait(e.Wait)
	case "set":
		e.Set()
		return nil, nil
	case "clear":
		e.Clear()
		return nil, nil
	case "is_set":
		return e.IsSet(), nil
	}
	return nil, unknown(st)
}

type barrierOps struct{ *semaphore.Barrier }

func (b barrierOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "wait":
		index, err := b.wait(a)
		if err != nil || !st.Index {
			return nil, err
		}
		return index, nil
	case "abort":
		b.Abort()
		return nil, nil
	case "reset":
		b.Reset()
		return nil, nil
	case "n_waiting":
		return b.Waiting(), nil
	case "broken":
		return b.Broken(), nil
	}
	return nil, unknown(st)
}

func (b barrierOps) wait(a *actor) (index int, err error) {
	if a.isPending() && (b.Broken() || b.Waiting() == b.Parties()-1) {
		return b.Wait(a.world.ctx)
	}
	err = a.wait(func(ctx context.Context) (err error) {
		index, err = b.Wait(ctx)
		return err
	})
	return index, err
}

type queueOps struct{ *queue.Queue[any] }

func (q queueOps) do(a *actor, st *Step) (any, error) {
	switch st.Op {
	case "put":
		return nil, q.put(a, st.Item)
	case "put_nowait":
		return nil, q.TryPut(st.Item)
	case "get":
		return some(q.get(a))
	case "get_nowait":
		return some(q.TryGet())
	case "task_done":
		return nil, misuse(q.TaskDone)
	case "join":
		return nil, a.wait(q.Join)
	case "shutdown":
		if st.Immediate {
			q.ShutdownNow()
		} else {
			q.Shutdown()
		}
		return nil, nil
	case "qsize":
		return q.Len(), nil
	case "empty":
		return q.Len() == 0, nil
	case "full":
		return q.Cap() > 0 && q.Len() >= q.Cap(), nil
	}
	return nil, unknown(st)
}

func (q queueOps) put(a *actor, item any) error {
	if a.isPending() {
		if err := q.TryPut(item); !errors.Is(err, queue.ErrFull) {
			return err
		}
	}
	return a.wait(func(ctx context.Context) error { return q.Put(ctx, item) })
}

func (q queueOps) get(a *actor) (item any, err error) {
	if a.isPending() {
		if item, err = q.TryGet(); !errors.Is(err, queue.ErrEmpty) {
			return item, err
		}
	}
	err = a.wait(func(ctx context.Context) (err error) {
		item, err = q.Get(ctx)
		return err
	})
	return item, err
}

// some returns no value beside an error.
func some(value any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}

// compareItems orders the pairs [number, label] of a priority queue.
func compareItems(x, y any) int {
	a, b := x.([]any), y.([]any)
	return cmp.Or(cmp.Compare(a[0].(float64), b[0].(float64)), cmp.Compare(a[1].(string), b[1].(string)))
}

// variable is a plain shared number, for the predicates of conditions.
type variable struct {
	mu    sync.Mutex
	value int
}

func (v *variable) get() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value
}

func (v *variable) do(_ *actor, st *Step) (any, error) {
	switch st.Op {
	case "add":
		v.mu.Lock()
		defer v.mu.Unlock()
		v.value += st.N
		return nil, nil
	case "value":
		return v.get(), nil
	}
	return nil, unknown(st)
}
