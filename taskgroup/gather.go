package taskgroup

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// Gather is asyncio.gather of functions: it calls all of them at the same time
// and returns their results, in the order of the arguments. Unlike in asyncio,
// the first failure cancels the others and no failure is lost: the error is a
// [*GroupError].
//
// A function that blocks has a goroutine of its own. The number of allocations
// does not depend on that of functions. Gather panics if a function is nil.
func Gather[T any](ctx context.Context, fns ...Func[T]) ([]T, error) {
	checkFuncs("Gather", fns)
	return mapAll(ctx, "Gather", NoLimit, fns, callFunc)
}

// Gather2 is [Gather] for two functions with results of different types.
func Gather2[A, B any](ctx context.Context, a Func[A], b Func[B]) (A, B, error) {
	if a == nil || b == nil {
		panic(misused("Gather2 of a nil function"))
	}
	var (
		va A
		vb B
	)
	c := newBatch(2, NoLimit)
	c.do = func(ctx context.Context, i int) (err error) {
		if i == 0 {
			va, err = a(ctx)
		} else {
			vb, err = b(ctx)
		}
		return err
	}
	if watch.On() {
		c.functions = func(i int) any { return []any{a, b}[i] }
	}
	if err := c.run(ctx, "Gather2"); err != nil {
		return *new(A), *new(B), err
	}
	return va, vb, nil
}

// Gather3 is [Gather] for three functions with results of different types.
func Gather3[A, B, C any](ctx context.Context, a Func[A], b Func[B], c Func[C]) (A, B, C, error) {
	if a == nil || b == nil || c == nil {
		panic(misused("Gather3 of a nil function"))
	}
	var (
		va A
		vb B
		vc C
	)
	all := newBatch(3, NoLimit)
	all.do = func(ctx context.Context, i int) (err error) {
		switch i {
		case 0:
			va, err = a(ctx)
		case 1:
			vb, err = b(ctx)
		default:
			vc, err = c(ctx)
		}
		return err
	}
	if watch.On() {
		all.functions = func(i int) any { return []any{a, b, c}[i] }
	}
	if err := all.run(ctx, "Gather3"); err != nil {
		return *new(A), *new(B), *new(C), err
	}
	return va, vb, vc, nil
}

// checkFuncs refuses functions that are nil.
func checkFuncs[T any](op string, fns []Func[T]) {
	for _, fn := range fns {
		if fn == nil {
			panic(misused(op + " of a nil function"))
		}
	}
}

// callFunc makes functions the items of a map.
func callFunc[T any](ctx context.Context, fn Func[T]) (T, error) { return fn(ctx) }

// call is one call that owns functions: the context that it passes to them, and
// what goes wrong in them.
//
// It stops in one step, when stopped is set: for a failure that is under mu,
// with the failure noted. From then on no function is begun, although the
// functions' context is canceled a moment later.
type call struct {
	op     string          // its name, for the names of its functions
	parent context.Context //nolint:containedctx // the caller's
	ctx    context.Context //nolint:containedctx // the functions', which ends with the call
	cancel context.CancelCauseFunc
	mayEnd bool // parent may

	stopped atomic.Bool
	mu      sync.Mutex // guards outcome
	outcome outcome
}

// open begins the call, which s is, and reports true, unless ctx is done
// already. A call that has begun must end with stop, and with join, reraise or
// endWatched. fn is the function for all items, or nil.
func (c *call) open(ctx context.Context, op string, s watch.Subject, fn any) bool {
	c.op, c.parent, c.mayEnd = op, ctx, ctx.Done() != nil
	if ctx.Err() != nil {
		return false
	}
	if parent := watch.Under(ctx); parent != nil {
		c.openWatched(ctx, parent, s, fn)
	} else {
		c.ctx, c.cancel = context.WithCancelCause(ctx)
	}
	return true
}

// over reports that no further function may be called. The caller's context
// counts, not the functions': that is done a moment later if it derives from
// one that is not the standard library's.
func (c *call) over() bool { return c.stopped.Load() || c.mayEnd && c.parent.Err() != nil }

// stop has no further function called, and cancels those that run.
func (c *call) stop(cause error) {
	c.stopped.Store(true)
	c.cancel(cause)
}

// isEcho reports that a function failed only because it was canceled.
func (c *call) isEcho(err error) bool { return isEcho(err, c.ctx, c.parent) }

// addLocked notes the failure of function i. The first one stops the call if it
// must: then the functions are still to be canceled.
func (c *call) addLocked(i int, name string, err error, stops bool) (failure *TaskError, first bool) {
	failure = &TaskError{Index: i, Name: name, Err: err, op: c.op}
	first = c.outcome.add(failure)
	if first && stops {
		c.stopped.Store(true)
	}
	return failure, first
}

// add notes the failure of function i, which it returns, and which stops
// nothing.
func (c *call) add(i int, err error) *TaskError {
	c.mu.Lock()
	defer c.mu.Unlock()
	failure, _ := c.addLocked(i, "", err, false)
	return failure
}

// fail notes the failure of function i, unless it is an echo. The first one
// cancels the others.
func (c *call) fail(i int, err error) {
	if c.isEcho(err) {
		return
	}
	c.mu.Lock()
	failure, first := c.addLocked(i, "", err, true)
	c.mu.Unlock()
	if first {
		c.cancel(failure)
	}
}

// raise reports a panic, if that is new, cancels the others at once, and notes
// it, to be raised again when all have ended.
func (c *call) raise(i int, pe *PanicError, isNew bool) {
	c.mu.Lock()
	failure, _ := c.addLocked(i, "", pe, true)
	c.outcome.raise(pe)
	c.mu.Unlock()
	c.stop(failure)
	if isNew {
		pe.report()
	}
}

// recovered makes the failure out of a panic, in the function that is called
// after it.
func (c *call) recovered(name string, v any) (pe *PanicError, isNew bool) {
	return recovered(v, func() TaskInfo { return TaskInfo{Name: name} })
}

// endOf is the error of the call, or a cause of it, when ctx has ended it; nil
// if that is not so.
func (c *call) endOf(ctx context.Context) error {
	return ctxerr.In(ctx, ctxerr.Op(prefix+c.op))
}

// nameOf is how function i is called in a report.
func (c *call) nameOf(i int) string { return c.op + "[" + strconv.Itoa(i) + "]" }

// reraise panics if a function did. Everything must have ended.
func (c *call) reraise() {
	if c.outcome.panic != nil {
		defer c.endWatched(nil) // also if the caller's context panics
		c.outcome.cause = c.endOf(c.parent)
		pe := c.outcome.raised()
		c.endWatched(pe)
		panic(pe)
	}
	c.endWatched(nil)
}

// join is how the call ends once everything has ended: it panics if a function
// did, and otherwise returns what went wrong. succeeded says that all functions
// were called and returned nil: then an end of the caller's context is no
// error.
func (c *call) join(succeeded bool) error {
	if c.node() != nil {
		c.endJoined(succeeded)
	} else if !succeeded {
		c.outcome.cause = c.endOf(c.parent)
	}
	return c.outcome.answer()
}
