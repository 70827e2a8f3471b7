package taskgroup

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Blocking is asyncio.to_thread: it calls fn, which cannot be canceled, in a
// goroutine of its own, with the caller's pprof labels, and returns what fn
// returns. If ctx is done first, it returns at once, and fn runs on; its result
// is only logged to [slog.Default] at debug level, so fn should not return what
// has to be closed.
//
// A panic in fn is raised in the caller or, if that has left, ends the process.
// Blocking panics if fn is nil. To limit how many calls run at once, use
// [BlockingIn].
func Blocking[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	if fn == nil {
		panic(misused("Blocking of a nil function"))
	}
	const op = ctxerr.Op("taskgroup: Blocking")
	done := ctx.Done() // may be user code: before anything has started
	if err := ctxerr.In(ctx, op); err != nil {
		var zero T
		return zero, err
	}
	blocked := watch.Blocked(ctx, watch.Blocking, nil, 0)
	return (&blockingCall[T]{op: op, fn: fn}).do(ctx, done, blocked)
}

// BlockingIn is loop.run_in_executor with a ThreadPoolExecutor: [Blocking]
// within a limit, such as a *semaphore.Semaphore. It holds a unit of l until fn
// has ended, also if the caller has left before; the unit is back before
// BlockingIn returns a result.
//
// If ctx is done before a unit is granted, no unit is kept: unlike in asyncio,
// that wait can be canceled. Any other error of l is returned as it is.
// BlockingIn panics if l or fn is nil.
func BlockingIn[T any](ctx context.Context, l Limiter, fn func() (T, error)) (T, error) {
	if l == nil {
		panic(misused("BlockingIn without a limiter"))
	}
	if fn == nil {
		panic(misused("BlockingIn of a nil function"))
	}
	const op = ctxerr.Op("taskgroup: BlockingIn")
	var zero T
	done := ctx.Done()
	if err := ctxerr.In(ctx, op); err != nil {
		return zero, err
	}
	blocked := watch.Blocked(ctx, watch.Blocking, nil, 0) // before anything is taken
	if err := l.AcquireN(ctx, 1); err != nil {
		if isEcho(err, ctx) {
			err = ctxerr.EndedIn(ctx, op)
		}
		return zero, err
	}
	b := &blockingCall[T]{op: op, fn: fn, limiter: l}
	started := false
	defer func() {
		if !started { // also if ctx panics
			l.ReleaseN(1)
		}
	}()
	if err := ctxerr.In(ctx, op); err != nil {
		return zero, err
	}
	started = true
	return b.do(ctx, done, blocked)
}

// blockingCall is one call of Blocking or BlockingIn. It is running, left or
// over. Under the lock, what comes first decides what becomes of the result:
// the function's end, then the caller returns it, though its context may be
// done; or the caller's leaving, then the function's goroutine drops it. That
// goroutine owns the limiter's unit and releases it before the call is over.
type blockingCall[T any] struct {
	op      ctxerr.Op
	fn      func() (T, error)
	limiter Limiter // nil: none

	// Written by the function's goroutine before over is set.
	value  T
	err    error
	raised *PanicError

	mu    sync.Mutex
	over  bool
	left  bool
	ended chan struct{}
}

// do starts the function and waits for it, or until ctx, whose channel is done,
// has ended.
func (b *blockingCall[T]) do(ctx context.Context, done <-chan struct{}, blocked *watch.Wait) (T, error) {
	b.ended = make(chan struct{})
	go contain(ctx, b.call, func(how ending) { b.end(ctx, how) })
	blocked.Start()
	left := false
	select {
	case <-b.ended:
	case <-done:
		left = b.leave()
	}
	blocked.End()
	if left {
		var zero T
		return zero, ctxerr.EndedIn(ctx, b.op)
	}
	if b.raised != nil {
		panic(b.raised)
	}
	return b.value, b.err
}

func (b *blockingCall[T]) call() {
	if b.limiter != nil {
		defer b.limiter.ReleaseN(1)
	}
	b.value, b.err = b.fn()
}

// end publishes the result, or drops it if the caller has left.
func (b *blockingCall[T]) end(ctx context.Context, how ending) {
	if b.raised = how.raised; how.goexit() {
		b.err = ErrGoexit
	}
	b.mu.Lock()
	b.over = true
	left := b.left
	close(b.ended)
	b.mu.Unlock()
	switch {
	case !left:
	case how.panicked != nil:
		panic(how.panicked)
	default:
		text := "taskgroup: a call that " + strings.TrimPrefix(string(b.op), prefix) + " had to leave has ended"
		log(ctx, slog.LevelDebug, text, func() []any { return []any{"value", b.value, "error", b.err} })
	}
}

// leave reports whether the caller may leave: the function has not ended.
func (b *blockingCall[T]) leave() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = !b.over
	return b.left
}
