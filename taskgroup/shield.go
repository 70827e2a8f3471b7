package taskgroup

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Shield calls fn, in the caller's goroutine, with a context that has the
// values of ctx but neither its end nor its deadline, and returns what fn
// returns: for cleanup, and for work that must not be interrupted.
//
// The context is canceled, with the cause of ctx, once ctx has been done for
// grace since the call; with a grace of 0 at once, with a negative one, or
// [NoTimeout], never. If fn returns only the error of that cancellation, Shield
// returns that of ctx. It panics if fn is nil.
//
// It mirrors awaiting asyncio.shield of a coroutine; unlike there, the caller
// waits for its end. To give up only the waiting, see [Task.Wait].
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
// over. It is started at most once, perhaps after it has been stopped; mu
// orders the two, so that no timer outlives the call.
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
