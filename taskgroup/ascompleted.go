package taskgroup

import (
	"context"
	"iter"
	"slices"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/watch"
)

// AsCompleted is asyncio.as_completed of functions: each range over it calls
// all of them at the same time and yields a [Result] for each, in the order in
// which they return. Unlike in asyncio, that says which function it is from.
//
// A failure affects only its own Result. A panic is raised at the loop's next
// step. Functions that have not begun when ctx ends are not called; their
// Results, the last ones, have the error of ctx.
//
// AsCompleted panics if a function is nil. It costs O(1) for each. For existing
// tasks, see [Completed] and [Set].
func AsCompleted[T any](ctx context.Context, fns ...Func[T]) iter.Seq[Result[T]] {
	checkFuncs("AsCompleted", fns)
	fns = slices.Clone(fns)
	return func(yield func(Result[T]) bool) {
		c := newCompletions(fns)
		if len(fns) > 0 && c.begin(ctx, "AsCompleted") {
			defer func() { // also if the loop's body panics
				c.abort()
				c.endWatched(nil)
			}()
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
	if watch.On() {
		c.functions = func(i int) any { return fns[i] }
	}
	c.ready.L = &c.mu
	c.do = func(ctx context.Context, i int) error {
		v, err := fns[i](ctx)
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

// add adds a result for the loop.
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
