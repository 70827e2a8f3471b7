package taskgroup

import (
	"context"
	"sync"
	"sync/atomic"
)

// batch is a call whose functions are known from the start, and numbered from
// 0.
//
// Its workers claim a number, call that function, and claim the next one, until
// none is left: one atomic counter is all the coordination that a function
// costs, and functions begin in order, one by one. Before a worker calls the
// user's function it makes sure that another worker is starting if there is
// more to claim. So functions that block have a goroutine each, as with a go
// statement, and short ones share a few. A limit is nothing but a bound on the
// workers.
//
// state holds the number of workers and whether one of them is still starting.
// The last worker to exit ends the call. The caller does not work: a function
// may end its goroutine with [runtime.Goexit]. Then another worker takes its
// place.
type batch struct {
	call
	n       int
	limit   int64                                  // of workers
	do      func(ctx context.Context, i int) error // calls function i and keeps its value
	failed  func(i int, err error)                 // gets its failure; nil: fail, which cancels the others
	settles bool                                   // failed gets panics, too
	ended   func()                                 // is called when the last worker exits; may be nil

	// For a monitor.
	functions func(i int) any // what function i was given as; nil if none was open
	items     any             // the function of all items, or nil

	loop    func()         // what a new worker does
	gone    sync.WaitGroup // where the caller waits
	faulted atomic.Bool    // a function did not return nil

	_     [128]byte // the fields above are only read, mostly, while the workers work
	state atomic.Int64
	_     [120]byte // cores share pairs of cache lines
	next  atomic.Int64
	_     [120]byte
}

// starting is the flag in batch.state. The rest is the number of workers.
const starting = 1 << 62

// newBatch returns a batch of n functions. Its do must be set. A negative limit
// is none.
func newBatch(n, limit int) *batch {
	b := &batch{n: n, limit: int64(limit)}
	if limit < 0 {
		b.limit = int64(n)
	}
	return b
}

// run calls the functions, waits until they have ended and says how the call
// ends.
func (b *batch) run(ctx context.Context, op string) error {
	if b.n == 0 {
		return nil
	}
	if !b.begin(ctx, op) {
		return b.join(false)
	}
	return b.join(b.wait())
}

// begin starts the first worker and reports true, unless ctx is done already.
func (b *batch) begin(ctx context.Context, op string) bool {
	if !b.open(ctx, op, b, b.items) {
		return false
	}
	if node := b.node(); node != nil {
		b.watch(node)
	}
	b.loop = func() {
		b.state.And(^starting)
		b.work()
	}
	b.gone.Add(1)
	b.state.Store(1 | starting)
	go b.loop()
	return true
}

// wait waits until every worker has exited, and reports whether all functions
// were called and returned nil. A number that was claimed was called.
func (b *batch) wait() (succeeded bool) {
	b.gone.Wait()
	b.stop(nil)
	return b.next.Load() >= int64(b.n) && !b.faulted.Load()
}

// abort cancels the functions and waits until every worker has exited.
func (b *batch) abort() {
	if b.ctx != nil {
		b.stop(nil)
		b.gone.Wait()
	}
}

// work is what a worker does, but for its start.
func (b *batch) work() {
	protect(func() {
		for !b.callAll() {
			continue
		}
		b.exit()
	}, func(e exit) {
		if !e.returned {
			go b.work() // in the place of this goroutine, which is exiting
		}
	})
}

// callAll calls functions until there is none left to call, which it reports,
// or one of them panics.
func (b *batch) callAll() (finished bool) {
	current := -1
	protect(func() {
		for !b.over() {
			i := int(b.next.Add(1) - 1)
			if i >= b.n {
				return
			}
			b.startNext()
			current = i
			if err := b.do(b.ctx, i); err != nil {
				b.failure(i, err)
			}
			current = -1
		}
	}, func(e exit) {
		switch {
		case current < 0 && !e.returned:
			b.abandon(e)
		case current >= 0 && b.node() == nil: // or else it has been noted
			_ = b.abnormalExit(current, e)
		}
		finished = e.returned
	})
	return finished
}

// startNext starts another worker if there is a function for it, the limit
// allows it, and none is starting. It is inlined: mostly there is nothing to
// start.
func (b *batch) startNext() {
	if b.state.Load() < b.limit {
		b.startWorker()
	}
}

func (b *batch) startWorker() {
	if b.next.Load() >= int64(b.n) {
		return
	}
	for s := b.state.Load(); s < b.limit; s = b.state.Load() {
		if b.state.CompareAndSwap(s, (s+1)|starting) {
			go b.loop()
			return
		}
	}
}

// exit counts out a worker that has found nothing to claim.
func (b *batch) exit() {
	if b.state.Add(-1) > 0 {
		return
	}
	if b.ended != nil {
		b.ended()
	}
	b.gone.Done()
}

// failure notes that function i returned an error.
func (b *batch) failure(i int, err error) {
	b.faulted.Store(true)
	if b.failed == nil {
		b.fail(i, err)
	} else {
		b.failed(i, err)
	}
}

// abandon has no further function called, since the caller's context has
// panicked, which is raised again, or ended the goroutine.
func (b *batch) abandon(e exit) {
	b.stopped.Store(true) // first: from now on the context is not used
	if e.panicked == nil {
		b.cancel(nil)
		return
	}
	pe, isNew := b.recovered(b.op, e.panicked)
	b.mu.Lock()
	b.outcome.raise(pe)
	b.mu.Unlock()
	b.cancel(pe)
	if isNew {
		pe.report()
	}
}

// abnormalExit notes that function i did not return, and returns how.
func (b *batch) abnormalExit(i int, e exit) error {
	b.faulted.Store(true)
	if e.goexit() {
		b.failure(i, ErrGoexit)
		return ErrGoexit
	}
	pe, isNew := b.recovered(b.nameOf(i), e.panicked)
	if !b.settles {
		b.raise(i, pe, isNew)
		return pe
	}
	b.failed(i, pe)
	if isNew {
		pe.report()
	}
	return pe
}
