package taskgroup

import (
	"context"
	"iter"
	"slices"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// AsCompleted returns a sequence that, when it is ranged over, calls all
// functions at the same time and yields a [Result] for each, in the order in
// which they end. Each range calls them anew.
//
// A failure is one Result's and ends nothing; so is [ErrGoexit] for a function
// that calls [runtime.Goexit]. Leaving the loop, in whatever way, cancels the
// context of the functions that still run and waits for them. A panic in a
// function is reported at once, cancels the others, and is raised again as a
// [*PanicError] at the loop's next step, when the others have ended.
//
// When ctx ends, the functions' context does, and what they return then is
// yielded as before. Functions that have not begun are not called, and their
// Results, the last ones, have an error for which [errors.Is] finds both
// ctx.Err() and [context.Cause](ctx).
//
// A nil function is misuse, and AsCompleted itself panics. The beginning of the
// loop happens before the functions begin, and the return of each before the
// step that yields its Result. A loop over n functions costs O(n).
//
// It mirrors asyncio.as_completed. Unlike there, each result says which
// function it is from, and leaving the loop leaves nothing running. For tasks
// that exist already, see [Completed] and [Set].
func AsCompleted[T any](ctx context.Context, fns ...Func[T]) iter.Seq[Result[T]] {
	checkFuncs("AsCompleted", fns)
	fns = slices.Clone(fns)
	return func(yield func(Result[T]) bool) {
		c := newCompletions(fns)
		if len(fns) > 0 && c.begin(ctx, "AsCompleted") {
			defer c.abort() // also if the loop's body panics
		} else {
			c.over = true
		}
		for r, ok := c.next(); ok; r, ok = c.next() {
			if !yield(r) {
				break
			}
		}
		c.abort()
		c.reraise()
	}
}

// completions is a batch whose results are taken one by one, while it works.
type completions[T any] struct {
	*batch
	ready sync.Cond // where the loop waits

	// Under batch.mu.
	results []Result[T] // in order of time
	taken   int         // of them
	called  []bool      // by index: there is a result
	over    bool        // there will be no more

	uncalled int // below it, every function was called or has been answered for
}

func newCompletions[T any](fns []Func[T]) *completions[T] {
	c := &completions[T]{
		batch:   newBatch(len(fns), NoLimit),
		results: make([]Result[T], 0, len(fns)),
		called:  make([]bool, len(fns)),
	}
	c.ready.L = &c.mu
	c.do = func(i int) error {
		v, err := fns[i](c.ctx)
		c.add(Result[T]{Index: i, Value: v, Err: err})
		return nil
	}
	c.failed = func(i int, err error) { c.add(Result[T]{Index: i, Err: err}) }
	c.ended = func() {
		c.mu.Lock()
		c.over = true
		c.mu.Unlock()
		c.ready.Signal()
	}
	return c
}

// add hands a result to the loop.
func (c *completions[T]) add(r Result[T]) {
	c.mu.Lock()
	c.results = append(c.results, r)
	c.called[r.Index] = true
	c.mu.Unlock()
	c.ready.Signal()
}

// next waits for the next result, and reports false if there is none, or a
// panic to be raised.
func (c *completions[T]) next() (r Result[T], ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.outcome.panic == nil {
		if c.taken < len(c.results) {
			r, c.results[c.taken] = c.results[c.taken], r
			c.taken++
			return r, true
		}
		if c.over {
			return c.nextUncalled()
		}
		c.ready.Wait()
	}
	return r, false
}

// nextUncalled answers for a function that was not called.
func (c *completions[T]) nextUncalled() (r Result[T], ok bool) {
	for c.uncalled < len(c.called) {
		i := c.uncalled
		c.uncalled++
		if !c.called[i] {
			return Result[T]{Index: i, Err: ctxerr.Of(c.parent)}, true
		}
	}
	return r, false
}
