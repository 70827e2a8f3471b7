package semaphore

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// A waiter is one blocked call. Its semaphore's mu guards it until ready is
// closed.
type waiter struct {
	n       int           // permits wanted
	ready   chan struct{} // closed when the wait is over, unless its context ended it
	outcome outcome       // how the wait ended
}

func newWaiter(n int) waiter { return waiter{n: n, ready: make(chan struct{})} }

// nodes are reused, but never with the channel, which belongs to one wait.
var nodes = sync.Pool{New: func() any { return new(waitlist.Node[waiter]) }}

// An outcome is how a wait ended, in less space than an error takes.
type outcome uint8

const (
	granted outcome = iota
	closed
	tooLarge
)

func (o outcome) err() error {
	switch o {
	case closed:
		return ErrClosed
	case tooLarge:
		return ErrTooLarge
	default:
		return nil
	}
}

// The lower half of a word is the number of free permits. The upper half is the
// room: how many permits may be released, which in a bounded semaphore is how
// many are held. Acquiring a permit moves one from the lower half to the upper.
// A word of 0 says nothing: the state is under the lock.
//
// A state that does not fit into the halves stays under the lock, except that
// the room of the word may be less than the real one: a release that needs more
// looks under the lock.
const (
	halfBits  = 32
	halfMax   = 1<<31 - 1
	unbounded = math.MaxInt
)

// takeDelta is what acquiring n permits adds to a word.
func takeDelta(n int) uint64 { return uint64(n)<<halfBits - uint64(n) }

func freeIn(word uint64) int { return int(uint32(word)) }

func roomIn(word uint64) int { return int(word >> halfBits) }

func newSemaphore(limit, free int) *Semaphore {
	s := new(Semaphore)
	s.setUp(limit, free)
	return s
}

// setUp gives a zero semaphore permits. It is called under mu, unless no other
// goroutine has s yet.
func (s *Semaphore) setUp(limit, free int) {
	s.limit, s.free = limit, free
	s.putBack()
}

// A lazySemaphore is a semaphore that gets its permits when it is first used,
// so that the zero value of a lock is ready to use.
type lazySemaphore struct {
	sem  Semaphore
	used atomic.Pointer[holder] // nil: not used; otherwise what holds it, if that is noted
}

// with returns the semaphore, which has or now gets that many permits.
func (l *lazySemaphore) with(permits int) *Semaphore {
	if l.used.Load() == nil {
		l.setUp(permits)
	}
	return &l.sem
}

func (l *lazySemaphore) setUp(permits int) {
	l.sem.mu.Lock()
	defer l.sem.mu.Unlock()
	if l.used.Load() == nil {
		l.sem.setUp(permits, permits)
		l.used.Store(&unknownHolder)
	}
}

// acquire acquires n permits for the wait named op, in FIFO order. A monitor
// sees it as a wait for r.
func (s *Semaphore) acquire(ctx context.Context, n int, op ctxerr.Op, r resource) error {
	// Without waiters, as Acquire does, for as long as only other acquisitions
	// and releases come in between.
	for v := s.word.Load(); freeIn(v) >= n; v = s.word.Load() {
		if ctx.Err() != nil {
			return ctxerr.EndedIn(ctx, op)
		}
		if s.word.CompareAndSwap(v, v+takeDelta(n)) {
			return nil
		}
	}
	done := ctx.Done() // may panic, so before the call is in line
	var blocked *watch.Wait
	if watch.On() {
		blocked = watchWait(ctx, r, n)
	}
	// The node is made outside the lock, which is held the shorter for it.
	w := nodes.Get().(*waitlist.Node[waiter])
	w.Value = newWaiter(n)
	if !s.await(ctx, done, w, blocked) {
		// The node is not reused. Very many calls may give up at once, and what
		// is put into a pool outlives the next collection.
		return ctxerr.EndedIn(ctx, op)
	}
	err := w.Value.outcome.err()
	w.Value = waiter{}
	nodes.Put(w)
	return err
}

// await waits in line as w, and reports false if ctx is done first or at the
// same time. Then, or if a method of ctx panics, w has left the line and holds
// nothing.
//
// It does not yield before it blocks, as cheap as that looks: a yield goes
// behind every runnable goroutine, for milliseconds where some compute, and the
// permit would be unused.
func (s *Semaphore) await(ctx context.Context, done <-chan struct{}, w *waitlist.Node[waiter], blocked *watch.Wait) (over bool) {
	defer func() {
		if !over {
			s.giveUp(w)
		}
	}()
	if s.join(w) {
		blocked.Start()
		ended := false
		if done == nil {
			<-w.Value.ready
		} else {
			select {
			case <-w.Value.ready:
			case <-done:
				ended = true
			}
		}
		blocked.End()
		if ended {
			return false
		}
	}
	// Not under the lock, since a context may be user code.
	return ctx.Err() == nil
}

// try acquires n permits if that is possible at once.
func (s *Semaphore) try(n int) bool {
	for {
		v := s.word.Load()
		if freeIn(v) < n {
			if v != 0 {
				return false
			}
			break
		}
		if s.word.CompareAndSwap(v, v+takeDelta(n)) {
			return true
		}
	}
	s.lock()
	defer s.unlock()
	if s.closed || !s.fits(n) {
		return false
	}
	s.free -= n
	return true
}

// release releases n permits, unless fewer than that are held.
func (s *Semaphore) release(n int) bool {
	for {
		v := s.word.Load()
		if roomIn(v) < n {
			return s.releaseLocking(n)
		}
		if s.word.CompareAndSwap(v, v-takeDelta(n)) {
			return true
		}
	}
}

func (s *Semaphore) releaseLocking(n int) bool {
	s.lock()
	defer s.unlock()
	if n > s.limit-s.free {
		return false
	}
	s.free += n
	s.grant()
	return true
}

// join puts w at the end of the line, or reports false if the outcome is known
// at once.
func (s *Semaphore) join(w *waitlist.Node[waiter]) bool {
	s.lock()
	defer s.unlock()
	switch n := w.Value.n; {
	case s.closed:
		w.Value.outcome = closed
	case s.tooLarge(n):
		w.Value.outcome = tooLarge
	case s.fits(n):
		s.free -= n
	default:
		s.waiters.PushBack(w)
		return true
	}
	return false
}

// giveUp takes w out of the line, or puts back what it has been granted.
func (s *Semaphore) giveUp(w *waitlist.Node[waiter]) {
	s.lock()
	if !s.waiters.Remove(w) && w.Value.outcome == granted {
		// Less, if another goroutine has released w's permits meanwhile. That
		// was wrong, but this call is not the one to panic.
		s.free += min(w.Value.n, s.limit-s.free)
	}
	s.grant()
	s.unlock()
}

// queue puts w at the end of the line and grants it if it is its turn.
func (s *Semaphore) queue(w *waitlist.Node[waiter]) {
	s.lock()
	s.waiters.PushBack(w)
	s.grant()
	s.unlock()
}

// idle reports that no permit is held.
func (s *Semaphore) idle() bool {
	if v := s.word.Load(); v != 0 {
		return roomIn(v) == 0
	}
	s.lock()
	defer s.unlock()
	return s.free == s.limit
}

// waiting returns how many calls wait.
func (s *Semaphore) waiting() int {
	if s.word.Load() != 0 {
		return 0
	}
	s.lock()
	defer s.unlock()
	return s.waiters.Len()
}

// lock takes the state out of the word.
func (s *Semaphore) lock() {
	s.mu.Lock()
	if s.word.Load() != 0 {
		s.free = freeIn(s.word.Swap(0))
	}
}

// unlock puts the state back into the word, if it fits.
func (s *Semaphore) unlock() {
	s.putBack()
	s.mu.Unlock()
}

// The following are called between lock and unlock.

func (s *Semaphore) putBack() {
	if s.waiters.Len() == 0 && !s.closed && 0 <= s.free && s.free <= halfMax && (!s.tracked || !watch.On()) {
		room := min(s.limit-s.free, halfMax)
		s.word.Store(uint64(room)<<halfBits | uint64(s.free))
	}
}

// fits reports whether a call that comes now may have n permits at once.
func (s *Semaphore) fits(n int) bool { return s.waiters.Len() == 0 && n <= s.free }

// tooLarge reports that n permits cannot be had as long as the limit is what it
// is.
func (s *Semaphore) tooLarge(n int) bool { return n > s.limit && s.limit > 0 }

// grant grants the waiters, in order, as far as the free permits go.
func (s *Semaphore) grant() {
	for w := s.waiters.Front(); w != nil && w.Value.n <= s.free; w = s.waiters.Front() {
		s.waiters.Remove(w)
		s.free -= w.Value.n
		close(w.Value.ready)
	}
}

// refuse ends a wait with an error.
func (s *Semaphore) refuse(w *waitlist.Node[waiter], o outcome) {
	s.waiters.Remove(w)
	w.Value.outcome = o
	close(w.Value.ready)
}
