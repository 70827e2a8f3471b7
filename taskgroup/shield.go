package taskgroup

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Shield calls fn, in the caller's goroutine and whatever ctx says, with a
// context that does not end when ctx does, and returns what fn returns: for
// cleanup, and for work that must not be interrupted.
//
// Once ctx has ended, fn may go on for grace, counted from the end of ctx or from
// the call, whichever is later; then its context is canceled with the cause of
// ctx. With a grace of 0 that is at once; with a negative one, or [NoTimeout],
// never. Shield still waits for fn; if fn then returns only the error of that
// cancellation, Shield returns that of ctx.
//
// The context keeps the values of ctx, but has no deadline. Shield panics if fn
// is nil. It takes a timer once ctx has ended, and leaves none behind.
//
// It mirrors awaiting asyncio.shield of a coroutine. Unlike there, the caller
// waits for it to end, so that it cannot be lost; to give up only the waiting,
// wait for a task with [Task.Wait].
func Shield[T any](ctx context.Context, grace time.Duration, fn Func[T]) (T, error) {
	if fn == nil {
		panic(misused("Shield of a nil function"))
	}
	shielded, cancel := context.WithCancelCause(detached(ctx))
	defer cancel(nil)
	if grace >= 0 && grace != NoTimeout {
		t := &graceTimer{grace: grace, end: func() { cancel(context.Cause(ctx)) }}
		defer t.stop()
		if ctx.Err() != nil {
			t.start()
		} else {
			defer context.AfterFunc(ctx, t.start)()
		}
	}
	v, err := fn(shielded)
	if err != nil && isEcho(err, shielded) {
		err = ctxerr.In(ctx, ctxerr.Op("taskgroup: Shield"))
	}
	return v, err
}

// detached returns a context with the values of ctx that does not end with it.
// A Timeout around does not end what runs there, whatever cause it leaves.
func detached(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), deadlineKey, (*Deadline)(nil))
}

// graceTimer ends what is shielded once its context has ended and the grace is
// over. It is started at most once, perhaps after it has been stopped; mu orders
// the two, so that no timer outlives the call.
type graceTimer struct {
	grace time.Duration
	end   func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (g *graceTimer) start() {
	if g.grace == 0 {
		g.end()
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.stopped {
		g.timer = time.AfterFunc(g.grace, g.end)
	}
}

func (g *graceTimer) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.timer != nil {
		g.timer.Stop()
	}
}
