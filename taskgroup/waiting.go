package taskgroup

import (
	"context"
	"math/bits"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
)

// waiting is one call that waits for several handles.
//
// The call's goroutine adds the handles, looks at them, registers with those
// that have not ended, sleeps until it is woken, and looks again. Those who tell
// it of an end only count and, where the end may be what it waits for, wake it:
// whether it is, the call finds out, since that may be the user's code.
//
// Waitings are reused, but never with a channel.
type waiting struct {
	until   Until
	handles []awaited // each once, in the order of the arguments
	over    int       // how many of them had ended at the last look
	failure int       // the argument that has failed, if that ended the wait
	foreign bool      // some are not this package's
	space   []awaited // of handles, all of it

	mu       sync.Mutex
	left     int   // handles of whose end it has not been told
	heardOf  int   // handles that have told it, and will not touch it again
	suspects int32 // the first that may have ended as the call waits for: in order of time
	last     *int32

	inVain   bool          // its context ended it
	woken    chan struct{} // holds one wake-up
	stop     chan struct{} // ends the watchers
	watchers sync.WaitGroup
}

// anyFailure is an Until for which cancelled tasks have failed, too.
const anyFailure Until = -1

// awaited is one handle in a waiting. Handles refer to one another by their
// numbers + 1; the number of a handle is its observer's index.
type awaited struct {
	observer
	target
	over       bool // it had ended at the last look
	registered bool
	argument   int32
	next       int32 // among the suspects

	// A hash table of all handles lies across them: those whose hash is that of
	// place i hang on the i-th.
	bucket, chain int32
}

var waitings = sync.Pool{New: func() any { return new(waiting) }}

// newWaiting returns a waiting for up to n handles.
func newWaiting(until Until, n int) *waiting {
	w := waitings.Get().(*waiting)
	if len(w.space) < n {
		w.space = make([]awaited, n)
	}
	w.until, w.failure, w.handles = until, -1, w.space[:0:n]
	return w
}

// add adds a, the argument with that index, unless it is there already.
func (w *waiting) add(argument int, a Awaitable, caller string) {
	t := newTarget(a, caller)
	place, _ := bits.Mul64(t.hash(), uint64(cap(w.handles)))
	bucket := &w.space[place].bucket
	for i := *bucket; i > 0; i = w.space[i-1].chain {
		if w.space[i-1].awaitable == a {
			return
		}
	}
	if t.completion == nil {
		t.done = a.Done()
		w.foreign = true
	}
	n := len(w.handles)
	w.handles = w.handles[:n+1]
	h := &w.handles[n]
	h.target, h.argument = t, int32(argument)
	h.to, h.index = w, int32(n)
	h.chain, *bucket = *bucket, int32(n+1)
}

// isOver looks at every handle, and reports whether the wait is over.
func (w *waiting) isOver() bool {
	w.look()
	switch w.until {
	case FirstCompleted:
		return w.over > 0
	case FirstError, anyFailure:
		if w.findFailure() {
			w.look() // one that failed before this one may have been looked at too early
			w.findFailure()
			return true
		}
	}
	return w.over == len(w.handles)
}

// findFailure looks for a failure among the handles that have ended.
func (w *waiting) findFailure() bool {
	for i := range w.handles {
		if h := &w.handles[i]; h.over && w.judge(h) {
			return true
		}
	}
	return false
}

// look notes which handles have ended.
func (w *waiting) look() {
	w.over = 0
	for i := range w.handles {
		h := &w.handles[i]
		h.over = h.hasCompleted()
		if h.over {
			w.over++
		}
	}
}

// judge reports whether h, which has ended, ended as the call waits for.
func (w *waiting) judge(h *awaited) bool {
	if w.until == FirstCompleted {
		return true
	}
	failed := false
	if w.until == anyFailure {
		failed = h.awaitable.Err() != nil
	} else {
		failed = h.hasFailed()
	}
	if failed {
		w.failure = int(h.argument)
	}
	return failed
}

// wait waits until the wait is over or ctx is done, and looks again: what has
// happened counts, whatever woke the call.
func (w *waiting) wait(ctx context.Context) error {
	w.register()
	for {
		woken := true
		select {
		case <-w.woken:
		case <-ctx.Done():
			woken = false
		}
		if w.heard() {
			w.look()
			return nil
		}
		if woken {
			continue
		}
		if w.isOver() {
			return nil
		}
		w.inVain = true
		return ctxerr.Ended(ctx)
	}
}

// register has every handle that has not ended tell of its end.
func (w *waiting) register() {
	w.left = len(w.handles) - w.over
	w.last = &w.suspects
	w.woken = make(chan struct{}, 1)
	if w.foreign {
		w.stop = make(chan struct{})
	}
	for i := range w.handles {
		h := &w.handles[i]
		switch {
		case h.over:
		case h.completion == nil:
			w.watchers.Go(func() {
				select {
				case <-h.done:
					w.tell(h)
				case <-w.stop:
				}
			})
		default:
			h.registered = true
			if !h.completion.observe(&h.observer, counted) {
				w.tell(h)
			}
		}
	}
}

// tell does what a completion does for its observers.
func (w *waiting) tell(h *awaited) {
	if w.told(&h.observer) {
		w.wake(&h.observer)
	}
}

// told notes that a handle has ended, and reports whether that may be what the
// call waits for.
func (w *waiting) told(o *observer) bool {
	h := &w.handles[o.index]
	suspect := w.until != AllCompleted
	if w.until != FirstCompleted && h.completion != nil {
		suspect = suspect && h.awaitable.(handle).failure() != nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left--
	if suspect {
		*w.last, w.last = o.index+1, &h.next
	}
	if suspect || w.left == 0 {
		return true
	}
	w.heardOf++
	return false
}

func (w *waiting) wake(*observer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.woken <- struct{}{}:
	default:
	}
	w.heardOf++
}

// heard reports whether the wait is over, by what it has been told; then that
// is there to see.
func (w *waiting) heard() bool {
	w.mu.Lock()
	left, i := w.left, w.suspects
	w.suspects, w.last = 0, &w.suspects
	w.mu.Unlock()
	for i > 0 {
		h := &w.handles[i-1]
		h.waitEnded()
		if w.judge(h) {
			return true
		}
		i = h.next
	}
	if left > 0 {
		return false
	}
	for i := range w.handles {
		w.handles[i].waitEnded()
	}
	return true
}

// end takes back what register did, whatever has happened since.
func (w *waiting) end() {
	if w.stop != nil {
		close(w.stop)
		w.watchers.Wait()
	}
	told := 0
	for i := range w.handles {
		if h := &w.handles[i]; h.registered && !h.completion.forget(&h.observer) {
			told++
		}
	}
	w.mu.Lock()
	busy := w.heardOf != told // somebody is about to tell it
	w.mu.Unlock()
	if busy || w.foreign || w.inVain || len(w.space) > 1024 {
		return // to the garbage collector: many may give up at once
	}
	clear(w.space[:cap(w.handles)])
	w.handles, w.over, w.left, w.heardOf = nil, 0, 0, 0
	w.suspects, w.last, w.woken = 0, nil, nil
	waitings.Put(w)
}
