package taskgroup

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/internal/ctxerr"
)

// Shield calls fn with a context that does not end when ctx does, and returns
// what fn returns: for clean-up, and for work that must not be torn apart. It
// calls fn in the caller's goroutine, whatever ctx says, and waits for it to
// return.
//
// Once ctx has ended, fn may go on for grace, counted from the end of ctx or from
// the call, whichever is later; then its context is cancelled with the cause of
// ctx. With a grace of 0 that is at once, and a negative one never. Still Shield
// waits for fn; if that then returns only the echo of being cancelled, Shield
// returns an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx).
//
// The context keeps the values of ctx, but has no deadline. A nil fn is misuse.
// A panic or [runtime.Goexit] in fn passes through. No timer is left behind.
//
// It mirrors awaiting asyncio.shield of a coroutine. Unlike there, the caller
// waits for it to end, so that it cannot be lost; to give up the waiting alone,
// wait for a task with [Task.Wait].
func Shield[T any](ctx context.Context, grace time.Duration, fn Func[T]) (T, error) {
	if fn == nil {
		panic(misused("Shield of a nil function"))
	}
	// A Timeout around does not end what is shielded, whatever cause it leaves.
	detached := context.WithValue(context.WithoutCancel(ctx), deadlineKey, (*Deadline)(nil))
	shielded, cancel := context.WithCancelCause(detached)
	defer cancel(nil)
	if grace >= 0 {
		s := &grantedTime{grace: grace, end: func() { cancel(context.Cause(ctx)) }}
		defer s.stop()
		if ctx.Err() != nil {
			s.start()
		} else {
			defer context.AfterFunc(ctx, s.start)()
		}
	}
	v, err := fn(shielded)
	if err != nil && isEcho(err, shielded) {
		err = ctxerr.Of(ctx)
	}
	return v, err
}

// grantedTime is the time that a Shield grants once its context has ended.
type grantedTime struct {
	grace time.Duration
	end   func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (g *grantedTime) start() {
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

func (g *grantedTime) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.timer != nil {
		g.timer.Stop()
	}
}
