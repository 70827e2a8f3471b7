package taskgroup

import (
	"context"
	"errors"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/keys"
	"example.com/asyncgo/internal/misuse"
	"example.com/asyncgo/internal/watch"
)

// Shared is a set of calls that several callers share: while a call for a key
// is running, [Shared.Do] for that key waits for its result. Once it has ended,
// the next Do starts a new one: no result is kept. The zero Shared is ready to
// use. It takes memory only for the calls that are running.
//
// It takes the place of a dictionary of shielded asyncio tasks. Package
// singleflight is the same without contexts.
type Shared[K comparable, V any] struct {
	// mu guards the table and the states of the calls. No user code runs under
	// it, and no call blocks under it.
	mu    sync.Mutex
	calls keys.Table[K, *sharedCall[V]]
}

// sharedCall is one call of a function that callers share. It is running until
// its function has ended, in a goroutine of its own, and as long as it is in
// the table further callers may join it. Under the lock of the Shared, what
// comes first decides:
//   - the function's end: the callers that still wait then return its result,
//     though their contexts may be done;
//   - a caller's leaving, and others remain: that caller alone returns;
//   - the leaving of the last: the call leaves the table, so that a later caller
//     gets a call of its own and not the error of this cancellation, and the one
//     that leaves cancels the function and waits for its end.
type sharedCall[V any] struct {
	ctx    context.Context //nolint:containedctx // the function's
	cancel context.CancelCauseFunc

	watched *watchedShared // nil: no monitor sees the call

	// Guarded by the lock.
	callers int32 // that wait
	over    bool
	shared  bool // several callers waited at the end; read once ended is closed

	// Written by the function's goroutine before over is set.
	value  V
	err    error
	raised *PanicError

	ended chan struct{} // closed after that
}

// Do returns the result of fn, or, if a call for key is running, the result of
// that; shared reports whether other callers got it, too.
//
// fn runs in a goroutine of its own. Its context has the values of the first
// caller's ctx, and ends when fn returns or no caller is left. A caller whose
// ctx ends returns the error of its ctx; the last one first cancels fn and
// waits for it: a nil error is a success all the same, and one that does not
// only report the cancellation is joined. A later Do starts anew, even if the
// canceled fn has not returned yet.
//
// Each caller that waits raises a panic in fn, as the same [*PanicError]. Do
// panics if fn is nil, or if key is not equal to itself or cannot be hashed. fn
// must not call Do for its own key. Starting a call takes nine allocations,
// joining one none.
func (s *Shared[K, V]) Do(ctx context.Context, key K, fn Func[V]) (v V, shared bool, err error) {
	if fn == nil {
		panic(misused("Shared.Do of a nil function"))
	}
	checkKey("Shared.Do", key)
	const op = ctxerr.Op("taskgroup: Shared.Do")
	done := ctx.Done() // may be user code: before anything has started
	if err := ctxerr.In(ctx, op); err != nil {
		return v, false, err
	}
	parent := watch.Under(ctx)
	var blocked *watch.Wait
	if parent != nil {
		blocked = watch.Blocked(ctx, watch.Shared, sharedKey{key}, 0)
	}
	c, joined := s.join(ctx, key, parent, fn)
	switch {
	case joined:
		blocked.For(c.watched.seen())
		blocked.Start()
		defer blocked.End()
	case parent == nil:
		go contain(c.ctx, func() { c.value, c.err = fn(c.ctx) }, func(how ending) { s.end(key, c, how) })
	default:
		s.startWatched(key, c, fn)
	}
	select {
	case <-c.ended:
		return c.result()
	case <-done:
	}
	left, last := s.leave(key, c)
	switch {
	case !left:
		return c.result()
	case !last:
		return v, false, ctxerr.EndedIn(ctx, op)
	}
	c.abort(ctx)
	v, _, err = c.result()
	switch {
	case err == nil:
	case isEcho(err, c.ctx, ctx):
		err = ctxerr.EndedIn(ctx, op)
	default:
		err = errors.Join(ctxerr.EndedIn(ctx, op), err)
	}
	return v, false, err
}

// Forget makes the next [Shared.Do] for key start a new call, while a running
// one goes on for the callers that wait for it. It panics if key cannot be a
// key.
func (s *Shared[K, V]) Forget(key K) {
	checkKey("Shared.Forget", key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.Delete(key)
}

// checkKey panics if key cannot be a key of the table.
func checkKey[K comparable](caller string, key K) {
	if err := keys.Check(key); err != nil {
		panic(misuse.New("taskgroup: "+caller+" of a "+err.Error(), ErrMisuse, err))
	}
}

// join adds a caller to the call that is running for key, which it reports, or
// makes one that is still to be started, which a monitor sees below parent,
// unless that is nil.
func (s *Shared[K, V]) join(ctx context.Context, key K, parent *watch.Node, fn Func[V]) (c *sharedCall[V], running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, running = s.calls.Get(key)
	if running {
		c.callers++
		return c, true
	}
	c = &sharedCall[V]{callers: 1, ended: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancelCause(detached(ctx)) // which calls no method of ctx
	if parent != nil {
		c.watched = newWatchedShared(c.ctx, parent, fn)
	}
	s.calls.Set(key, c)
	return c, false
}

// end publishes how the function has ended.
func (s *Shared[K, V]) end(key K, c *sharedCall[V], how ending) {
	if c.raised = how.raised; how.goexit() {
		c.err = ErrGoexit
	}
	c.cancel(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.over, c.shared = true, c.callers > 1
	s.removeLocked(key, c)
	close(c.ended)
}

// leave removes a caller from the call, unless that is over, and reports
// whether it was the last.
func (s *Shared[K, V]) leave(key K, c *sharedCall[V]) (left, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.over {
		return false, false
	}
	c.callers--
	if c.callers > 0 {
		return true, false
	}
	s.removeLocked(key, c)
	return true, true
}

// removeLocked takes the call out of the table, unless another has its place.
func (s *Shared[K, V]) removeLocked(key K, c *sharedCall[V]) {
	if current, ok := s.calls.Get(key); ok && current == c {
		s.calls.Delete(key)
	}
}

// abort cancels the function for the cause of ctx and waits for its end.
func (c *sharedCall[V]) abort(ctx context.Context) {
	var cause error
	defer func() { // also if ctx panics
		c.cancel(cause)
		<-c.ended
	}()
	cause = context.Cause(ctx)
}

// result returns what the function has returned, or panics if it did.
func (c *sharedCall[V]) result() (v V, shared bool, err error) {
	if c.raised != nil {
		panic(c.raised)
	}
	return c.value, c.shared, c.err
}
