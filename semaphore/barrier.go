package semaphore

import (
	"context"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
	"example.com/asyncgo/internal/watch"
)

// Barrier is a point at which a fixed number of parties wait for each other,
// again and again: it trips when the last of them arrives, and is then ready
// for the next round.
//
// A Barrier is made by [NewBarrier]; the zero value has no parties and panics.
// It is safe for concurrent use, and must not be copied after first use.
//
// It mirrors asyncio.Barrier. Unlike there, no index is returned twice in one
// round, a new arrival never waits until a round that has tripped has drained,
// and such a round is out of reach of [Barrier.Abort] and [Barrier.Reset].
type Barrier struct {
	parties int

	// mu guards the round that is filling. A waiter is in the list until the
	// round ends, which gives it its index, or until its context does; which
	// came first is decided under mu. The waiters share a channel, which the
	// first makes and the end of the round closes. The last one to give up
	// drops it, so that no channel outlives the round that it was made for.
	mu      sync.Mutex
	waiters waitlist.List[int] // index after the trip, or noIndex
	wake    chan struct{}      // nil if no call waits
	broken  bool
}

const opBarrier ctxerr.Op = "semaphore: Barrier.Wait"

// noIndex is the index of a party that did not get through.
const noIndex = -1

// NewBarrier returns a barrier for so many parties. With one party no call ever
// waits. It panics if parties is less than 1.
//
// It mirrors asyncio.Barrier.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic(misused("NewBarrier with less than one party"))
	}
	return &Barrier{parties: parties}
}

// Wait waits until as many calls have arrived as the barrier has parties. It
// returns how many arrived before: in each round every index from 0 to
// Parties−1 is returned once, so the caller that gets 0 may do what is to be
// done once.
//
// If ctx is done first, Wait returns the context's error; the call no longer
// counts, and the barrier is not broken. If the barrier has tripped by then,
// Wait returns the index and nil. If ctx is already done at the call, Wait does
// not count. It returns [ErrBroken] if the barrier is broken, or is aborted or
// reset during the wait. With an error the index is −1.
//
// Each arrival of a round happens before each return. Wait allocates a
// list node, and the first of a round a channel.
//
// It mirrors asyncio.Barrier.wait. Unlike there, a cancellation after the trip
// is not reported.
func (b *Barrier) Wait(ctx context.Context) (int, error) {
	b.check()
	if ctx.Err() != nil {
		return noIndex, ctxerr.EndedIn(ctx, opBarrier)
	}
	done := ctx.Done() // may panic, so before the call counts
	blocked := watch.Blocked(ctx, watch.Barrier, (*barrierResource)(b), 0)
	b.mu.Lock()
	if b.broken {
		b.mu.Unlock()
		return noIndex, ErrBroken
	}
	if b.waiters.Len() == b.parties-1 {
		b.end(true)
		b.mu.Unlock()
		return b.parties - 1, nil
	}
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	wake := b.wake
	w := new(waitlist.Node[int])
	b.waiters.PushBack(w)
	b.mu.Unlock()

	blocked.Start()
	gaveUp := false
	if done == nil {
		<-wake
	} else {
		select {
		case <-wake:
		case <-done:
			gaveUp = true
			b.giveUp(w)
		}
	}
	blocked.End()
	if w.Value != noIndex {
		return w.Value, nil
	}
	if gaveUp || ctx.Err() != nil {
		return noIndex, ctxerr.EndedIn(ctx, opBarrier)
	}
	return noIndex, ErrBroken
}

// Abort breaks the barrier: calls that wait, and all later ones, return
// [ErrBroken], until [Barrier.Reset]. A round that has tripped is not affected,
// even if its parties have not run yet.
//
// It mirrors asyncio.Barrier.abort.
func (b *Barrier) Abort() {
	b.check()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = true
	b.end(false)
}

// Reset makes the barrier as it was made: calls that wait return [ErrBroken],
// and a broken barrier is broken no longer. A round that has tripped is not
// affected, even if its parties have not run yet.
//
// It mirrors asyncio.Barrier.reset.
func (b *Barrier) Reset() {
	b.check()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = false
	b.end(false)
}

// Parties returns the number of parties.
//
// It mirrors asyncio.Barrier.parties.
func (b *Barrier) Parties() int { return b.parties }

// Waiting returns how many calls wait at this moment.
//
// It mirrors asyncio.Barrier.n_waiting.
func (b *Barrier) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiters.Len()
}

// Broken reports whether the barrier is broken: aborted, and not reset since.
//
// It mirrors asyncio.Barrier.broken.
func (b *Barrier) Broken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken
}

func (b *Barrier) check() {
	if b.parties == 0 {
		panic(misused("use of a zero Barrier"))
	}
}

// end ends the round that is filling. It is called under mu.
func (b *Barrier) end(tripped bool) {
	for i := 0; b.waiters.Len() > 0; i++ {
		w := b.waiters.PopFront()
		if w.Value = i; !tripped {
			w.Value = noIndex
		}
	}
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// giveUp takes w out of the list, if its round has not ended.
func (b *Barrier) giveUp(w *waitlist.Node[int]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.waiters.Remove(w) {
		return
	}
	w.Value = noIndex
	if b.waiters.Len() == 0 {
		b.wake = nil
	}
}
