package taskgroup

import (
	"context"
	"log/slog"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// Blocking calls fn, which knows no context, in a goroutine of its own and waits
// for what it returns, but no longer than until ctx is done: then it returns at
// once with an error for which [errors.Is] finds both ctx.Err() and
// [context.Cause](ctx), and fn goes on by itself. What fn returns after that goes
// to [slog.Default] at debug level and is lost otherwise: fn should not return
// what has to be closed. If fn returns and ctx ends at the same moment, the
// result is returned.
//
// If ctx is done at the call, fn is not called. Nothing but the caller limits how
// many such calls run at once.
//
// A panic in fn is reported to [slog.Default] and raised in the caller, as a
// [*PanicError] with the stack of fn; if the caller has left, it ends the process
// as after a go statement. If fn ends its goroutine with [runtime.Goexit], the
// error is [ErrGoexit]. A nil fn is misuse.
//
// The call of Blocking happens before that of fn, and the return of fn before
// that of Blocking, if it returns the result. It mirrors asyncio.to_thread.
func Blocking[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	if fn == nil {
		panic(misused("Blocking of a nil function"))
	}
	var zero T
	if err := ctxerr.Of(ctx); err != nil {
		return zero, err
	}
	b := &blockingCall[T]{fn: fn, ended: make(chan struct{})}
	go b.run(ctx)
	select {
	case <-b.ended:
	case <-ctx.Done():
		if b.leave() {
			return zero, ctxerr.Ended(ctx)
		}
	}
	if b.raised != nil {
		panic(b.raised)
	}
	return b.value, b.err
}

// blockingCall is one call of Blocking. Whichever comes first under the lock
// decides who sees to the result: the end of the function, then the caller
// does; or the caller's leaving, then the function's goroutine does.
type blockingCall[T any] struct {
	fn func() (T, error)

	// Written by the function's goroutine before over is set.
	value  T
	err    error
	raised *PanicError

	mu    sync.Mutex
	over  bool
	left  bool
	ended chan struct{}
}

func (b *blockingCall[T]) run(ctx context.Context) {
	returned := false
	defer func() {
		if !returned {
			if v := recover(); v != nil {
				b.panicked(ctx, v)
				return
			}
			b.err = ErrGoexit
		}
		if b.end() {
			log(ctx, slog.LevelDebug, "taskgroup: a call that Blocking had to leave has ended", func() []any {
				return []any{"value", b.value, "error", b.err}
			})
		}
	}()
	b.value, b.err = b.fn()
	returned = true
}

// panicked sees to a panic, in the deferred call that has recovered it.
func (b *blockingCall[T]) panicked(ctx context.Context, v any) {
	pe, isNew := recovered(v, func() TaskInfo {
		info, _ := Current(ctx)
		return info
	})
	if isNew {
		pe.report()
	}
	b.raised = pe
	if b.end() {
		panic(v)
	}
}

// end publishes the result, and reports whether the caller has left.
func (b *blockingCall[T]) end() (left bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	close(b.ended)
	return b.left
}

// leave reports whether the caller may leave: the function has not ended.
func (b *blockingCall[T]) leave() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = !b.over
	return b.left
}
