package taskgroup

import (
	"context"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// Interruptible calls fn, which takes no context but can be made to return, in
// the caller's goroutine and returns what fn returns. If ctx is done first, it
// calls interrupt once, in a goroutine of its own, and waits for both; an error
// of fn then becomes that of ctx. A value that comes with an error is passed
// on.
//
// interrupt must also make a call return that fn has not got to yet, as net's
// Close and SetDeadline do. It is not called once fn has returned, so a
// deadline can be reset then:
//
//	n, err := taskgroup.Interruptible(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) },
//		func() (int, error) { return conn.Read(buf) })
//
// A panic in interrupt is raised in the caller once fn has returned;
// [runtime.Goexit] ends its goroutine only. Interruptible panics if either is
// nil. It mirrors how asyncio's streams end a read by cancellation.
func Interruptible[T any](ctx context.Context, interrupt func(), fn func() (T, error)) (T, error) {
	if interrupt == nil || fn == nil {
		panic(misused("Interruptible of a nil function"))
	}
	const op = ctxerr.Op("taskgroup: Interruptible")
	if err := ctxerr.In(ctx, op); err != nil {
		var zero T
		return zero, err
	}
	i := &interruption{ctx: ctx, interrupt: interrupt, ended: make(chan struct{})}
	v, err := interruptible(i, fn)
	if i.raised != nil {
		panic(i.raised)
	}
	if err != nil && i.begun {
		err = ctxerr.EndedIn(ctx, op)
	}
	return v, err
}

// interruptible calls fn and joins the interruption, whatever fn does.
func interruptible[T any](i *interruption, fn func() (T, error)) (T, error) {
	stop := context.AfterFunc(i.ctx, i.run)
	defer func() {
		i.finish()
		if !stop() {
			<-i.ended
		}
	}()
	return fn()
}

// interruption is what the end of its context does to a call. Under the lock,
// what comes first decides: the function's return, then nothing is called any
// more; or the goroutine that the end of the context starts, then that calls
// interrupt, and the caller waits for it.
type interruption struct {
	ctx       context.Context //nolint:containedctx // the caller's
	interrupt func()

	mu       sync.Mutex
	finished bool // the function has returned
	begun    bool // interrupt is called

	raised *PanicError   // written before ended is closed
	ended  chan struct{} // closed when the goroutine is about to exit
}

// run is the goroutine's.
func (i *interruption) run() {
	contain(i.ctx, func() {
		if i.begin() {
			i.interrupt()
		}
	}, func(how ending) {
		i.raised = how.raised
		close(i.ended)
	})
}

func (i *interruption) begin() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.begun = !i.finished
	return i.begun
}

func (i *interruption) finish() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.finished = true
}
