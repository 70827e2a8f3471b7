package taskgroup

import (
	"context"
	"strconv"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// call is one call that owns functions: the context that it gives them, and
// what goes wrong in them.
type call struct {
	op     string                  // its name, for the names of its functions
	parent context.Context         //nolint:containedctx // the caller's
	ctx    context.Context         //nolint:containedctx // the functions', which ends with the call
	cancel context.CancelCauseFunc // ends it

	mu       sync.Mutex // guards failures
	failures failures
}

// open begins the call and reports true, unless ctx is done already. A call
// that has begun must end with its context cancelled.
func (c *call) open(ctx context.Context, op string) bool {
	c.op, c.parent = op, ctx
	if ctx.Err() != nil {
		return false
	}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	return true
}

// over reports that no further function may be called. It asks the caller's
// context, too: if that is not one of the standard library's, the functions'
// learns of its end a moment later.
func (c *call) over() bool { return c.ctx.Err() != nil || c.parent.Err() != nil }

// isNoise reports that a function failed only because it was cancelled.
func (c *call) isNoise(err error) bool { return isNoise(err, c.ctx, c.parent) }

// keep keeps the failure of function i and reports whether it is the first.
func (c *call) keep(i int, name string, err error) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures.add(i, name, err)
	return len(c.failures.errs) == 1
}

// fail keeps the failure of function i, unless it is noise. The first one
// cancels the others.
func (c *call) fail(i int, err error) {
	if !c.isNoise(err) && c.keep(i, "", err) {
		c.cancel(err)
	}
}

// raise reports a panic, if that is new, cancels the others at once, and keeps
// it to be raised again when all have ended.
func (c *call) raise(i int, pe *PanicError, isNew bool) {
	c.mu.Lock()
	c.failures.add(i, "", pe)
	c.failures.raise(pe)
	c.mu.Unlock()
	c.cancel(pe)
	if isNew {
		pe.report()
	}
}

// recovered makes the failure out of a panic. The deferred function that
// recovered must call it: that is where the stack still is.
func (c *call) recovered(name string, v any) (pe *PanicError, isNew bool) {
	return recovered(v, func() TaskInfo { return TaskInfo{Name: name} })
}

// nameOf is how function i is called in a report.
func (c *call) nameOf(i int) string { return c.op + "[" + strconv.Itoa(i) + "]" }

// reraise panics if a function did. Everything must have ended.
func (c *call) reraise() {
	if c.failures.panic != nil {
		panic(c.failures.panicWith(ctxerr.Of(c.parent)))
	}
}

// join is how the call ends once everything has ended: it panics if a function
// did, and otherwise returns what went wrong. whole says that all functions
// were called and returned nil: then an end of the caller's context is no error.
func (c *call) join(whole bool) error {
	if !whole {
		c.failures.cause = ctxerr.Of(c.parent)
	}
	return c.failures.join()
}
