package semaphore

import (
	"context"
	"sync"

	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/waitlist"
)

// Barrier is a place where a fixed number of parties wait for each other, again and again:
// it trips when the last of them has arrived, and is then ready for the next round.
//
// A Barrier is made by [NewBarrier]; the zero value has no parties and panics. It is safe
// for concurrent use, and must not be copied after first use.
//
// It mirrors asyncio.Barrier. Unlike there, no index is given twice in one round, a
// newcomer never has to wait until a round that has tripped has drained, and such a round
// is out of reach of [Barrier.Abort] and [Barrier.Reset].
type Barrier struct {
	parties int

	// mu guards the round that is filling. A waiter is in the line until the round ends,
	// which gives it its index, or until its context does. Those in the line share a
	// channel, which the first makes and the end of the round closes. The last who gives up
	// takes it along, so that none outlives the round that it was made for.
	mu     sync.Mutex
	line   waitlist.List[int] // index after the trip, or noIndex
	wake   chan struct{}      // nil if nobody waits
	broken bool
}

// noIndex is the index of a party that did not get through.
const noIndex = -1

// NewBarrier returns a barrier for so many parties. With one party nobody ever waits. It
// panics if parties is less than 1.
//
// It mirrors asyncio.Barrier.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic(misused("NewBarrier with less than one party"))
	}
	return &Barrier{parties: parties}
}

// Wait waits until as many have come as the barrier has parties. It returns how many of
// them had come before: in each round every index from 0 to Parties−1 is returned once, so
// the one who gets 0 may do what is to be done once.
//
// If ctx ends first, the error is that of ctx; the caller no longer counts, and the barrier
// is not broken. If the barrier has tripped by then, Wait returns the index and nil. If ctx
// is done at the call, Wait takes no place, even if it were the last to come. It returns
// [ErrBroken] if the barrier is broken, or is aborted or reset while it waits. With an
// error the index is −1.
//
// The last arrival, and all before it, happens before every return of the round. It
// allocates a place in the line, and the first of a round a channel.
//
// It mirrors asyncio.Barrier.wait. Unlike there, a cancellation after the trip is not
// reported.
func (b *Barrier) Wait(ctx context.Context) (int, error) {
	b.check()
	if ctx.Err() != nil {
		return noIndex, ctxerr.Ended(ctx)
	}
	b.mu.Lock()
	if b.broken {
		b.mu.Unlock()
		return noIndex, ErrBroken
	}
	if b.line.Len() == b.parties-1 {
		b.end(true)
		b.mu.Unlock()
		return b.parties - 1, nil
	}
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	wake := b.wake
	w := new(waitlist.Node[int])
	b.line.PushBack(w)
	b.mu.Unlock()

	gaveUp := false
	if done := ctx.Done(); done == nil {
		<-wake
	} else {
		select {
		case <-wake:
		case <-done:
			gaveUp = true
			b.giveUp(w)
		}
	}
	if w.Value != noIndex {
		return w.Value, nil
	}
	if gaveUp || ctx.Err() != nil {
		return noIndex, ctxerr.Ended(ctx)
	}
	return noIndex, ErrBroken
}

// Abort breaks the barrier: those who wait, and all who come, get [ErrBroken], until
// [Barrier.Reset]. A round that has tripped is not touched, even if its parties have not
// run yet.
//
// It mirrors asyncio.Barrier.abort.
func (b *Barrier) Abort() {
	b.check()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = true
	b.end(false)
}

// Reset makes the barrier as it was made: those who wait get [ErrBroken], and a broken one
// is broken no longer. A round that has tripped is not touched, even if its parties have
// not run yet.
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

// Waiting returns how many parties wait at this moment.
//
// It mirrors asyncio.Barrier.n_waiting.
func (b *Barrier) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.line.Len()
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
	for i := 0; b.line.Len() > 0; i++ {
		w := b.line.PopFront()
		if w.Value = i; !tripped {
			w.Value = noIndex
		}
	}
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// giveUp takes w out of the line, if its round has not ended.
func (b *Barrier) giveUp(w *waitlist.Node[int]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.line.Remove(w) {
		return
	}
	w.Value = noIndex
	if b.line.Len() == 0 {
		b.wake = nil
	}
}
