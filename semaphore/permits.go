package semaphore

import (
	"context"
	"math"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// waiter is one blocked caller. Its semaphore's mu guards it until ready is closed.
type waiter struct {
	n     int           // permits asked for
	ready chan struct{} // closed when the wait is over, unless its context ended it
	fate  fate          // how it is over
}

func newWaiter(n int) waiter { return waiter{n: n, ready: make(chan struct{})} }

// places are used again, but never with the channel, which belongs to one wait.
var places = sync.Pool{New: func() any { return new(waitlist.Node[waiter]) }}

// fate is how a wait has ended, in less room than an error takes.
type fate uint8

const (
	served fate = iota
	closed
	tooLarge
)

func (f fate) err() error {
	switch f {
	case closed:
		return ErrClosed
	case tooLarge:
		return ErrTooLarge
	default:
		return nil
	}
}

// A word has the free permits in its lower half, and in its upper half the room: how many
// permits may be released, which in a bounded semaphore is how many are held. Taking a
// permit moves one from the lower half to the upper one. A word of 0 knows
// nothing: the state is where the lock is.
//
// What does not fit into a half stays where the lock is, except that the room of the word
// may be less than there is: who needs more asks under the lock.
const (
	halfBits  = 32
	halfMax   = 1<<31 - 1
	unbounded = math.MaxInt
)

// moved is what taking n permits adds to a word.
func moved(n int) uint64 { return uint64(n)<<halfBits - uint64(n) }

func freeIn(word uint64) int { return int(uint32(word)) }

func roomIn(word uint64) int { return int(word >> halfBits) }

func newSemaphore(limit, free int) *Semaphore {
	s := new(Semaphore)
	s.setUp(limit, free)
	return s
}

// setUp gives a zero semaphore permits. It is called under mu, if others know s.
func (s *Semaphore) setUp(limit, free int) {
	s.limit, s.free = limit, free
	s.putBack()
}

// acquire takes n permits, in its turn.
func (s *Semaphore) acquire(ctx context.Context, n int) error {
	if taken, _ := s.take(n); taken {
		return nil
	}
	// Made outside the lock, which is held the shorter for it; by then it may not be
	// needed.
	w := places.Get().(*waitlist.Node[waiter])
	w.Value = newWaiter(n)
	if s.join(w) && !w.Value.wait(ctx) {
		s.giveUp(w)
		// The place is not used again. Very many may give up at once, and what is put
		// into a pool outlives the next collection.
		return ctxerr.Ended(ctx)
	}
	err := w.Value.fate.err()
	w.Value = waiter{}
	places.Put(w)
	return err
}

// wait blocks until the wait is over, and reports false if it finds ctx done then or before.
//
// It does not yield before it blocks, as cheap as that looks: a yield goes behind everybody
// who wants a processor, for milliseconds where some compute, and the permit would lie idle.
func (w *waiter) wait(ctx context.Context) bool {
	done := ctx.Done()
	if done == nil {
		<-w.ready
		return true
	}
	select {
	case <-w.ready:
		return ctx.Err() == nil
	case <-done:
		return false
	}
}

// try takes n permits if that is possible at once.
func (s *Semaphore) try(n int) bool {
	taken, decided := s.take(n)
	if decided {
		return taken
	}
	s.lock()
	defer s.unlock()
	if s.closed || !s.fits(n) {
		return false
	}
	s.free -= n
	return true
}

// take takes n permits from the word. If it has fewer, decided says whether that means that
// they are not to be had at this moment, or that the word does not know.
func (s *Semaphore) take(n int) (taken, decided bool) {
	for {
		v := s.word.Load()
		if freeIn(v) < n {
			return false, v != 0
		}
		if s.word.CompareAndSwap(v, v+moved(n)) {
			return true, true
		}
	}
}

// release gives n permits back, unless fewer than that are held.
func (s *Semaphore) release(n int) bool {
	for {
		v := s.word.Load()
		if roomIn(v) < n {
			return s.releaseLocking(n)
		}
		if s.word.CompareAndSwap(v, v-moved(n)) {
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

// join puts w at the end of the line, or reports false if its fate is known at once.
func (s *Semaphore) join(w *waitlist.Node[waiter]) bool {
	s.lock()
	defer s.unlock()
	switch n := w.Value.n; {
	case s.closed:
		w.Value.fate = closed
	case s.tooLarge(n):
		w.Value.fate = tooLarge
	case s.fits(n):
		s.free -= n
	default:
		s.waiters.PushBack(w)
		return true
	}
	return false
}

// giveUp takes w out of the line, or puts back what it has been given.
func (s *Semaphore) giveUp(w *waitlist.Node[waiter]) {
	s.lock()
	if !s.waiters.Remove(w) && w.Value.fate == served {
		// Less, if somebody has released what was not theirs meanwhile: whoever that was,
		// it is not for this caller to be told.
		s.free += min(w.Value.n, s.limit-s.free)
	}
	s.grant()
	s.unlock()
}

// queue puts w at the end of the line and serves it if it is its turn.
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

// lock takes the state out of the word.
func (s *Semaphore) lock() {
	s.mu.Lock()
	if s.word.Load() != 0 {
		s.free = freeIn(s.word.Swap(0))
	}
}

// unlock puts the state back into the word, if it goes in.
func (s *Semaphore) unlock() {
	s.putBack()
	s.mu.Unlock()
}

// The following are called between lock and unlock.

func (s *Semaphore) putBack() {
	if s.waiters.Len() == 0 && !s.closed && 0 <= s.free && s.free <= halfMax {
		room := min(s.limit-s.free, halfMax)
		s.word.Store(uint64(room)<<halfBits | uint64(s.free))
	}
}

// fits reports that it is the turn of somebody who comes now and wants n permits.
func (s *Semaphore) fits(n int) bool { return s.waiters.Len() == 0 && n <= s.free }

// tooLarge reports that n permits are not to be had as long as the limit is what it is.
func (s *Semaphore) tooLarge(n int) bool { return n > s.limit && s.limit > 0 }

// grant serves those who wait, in order, as far as the free permits go.
func (s *Semaphore) grant() {
	for w := s.waiters.Front(); w != nil && w.Value.n <= s.free; w = s.waiters.Front() {
		s.waiters.Remove(w)
		s.free -= w.Value.n
		close(w.Value.ready)
	}
}

// refuse ends a wait with an error.
func (s *Semaphore) refuse(w *waitlist.Node[waiter], f fate) {
	s.waiters.Remove(w)
	w.Value.fate = f
	close(w.Value.ready)
}
