package distributed

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// source hands deliveries of some consumers to the receivers that wait, first
// come, first served, and takes no more from the servers than wait.
//
// While a receiver waits there is one goroutine, the pump: it pulls for as many
// as wait, and if there is nothing it sleeps until a notice or for a poll. The
// pump exits when nothing waits. A receiver is in the list until it is served
// or gives up, and only under mu, so a delivery finds it or goes back to the
// server.
type source struct {
	c         *Client
	inTurn    bool                            // consumers take turns; else the first goes first
	consumers func() []string                 // their names, as STREAM.CONSUMER
	mend      func(ctx context.Context)       // called when a consumer does not answer
	over      func(ctx context.Context) error // the error of all receivers, if nothing will come any more
	news      listener

	mu      sync.Mutex
	waiting list.List // of *receiver
	pumping bool
	turn    int
	trouble string // why the last pull failed

	inbox *inbox // the pump's; it stays from one pump to the next
}

// receiver waits for one delivery or error.
type receiver struct {
	got   chan delivery // has room for one
	fail  chan error    // has room for one
	place *list.Element // nil when it is not in the list
}

const (
	maxPull = 256
	// recheck is when a pull is repeated that has found nothing after a notice:
	// a server confirms a message a moment before its consumers see it.
	recheck = 4 * time.Millisecond
)

// next waits for a delivery. Delivery wins over the end of ctx in the same
// moment.
func (s *source) next(ctx context.Context, op string) (delivery, error) {
	if err := s.c.usable(ctx, op); err != nil {
		return delivery{}, err
	}
	r := &receiver{got: make(chan delivery, 1), fail: make(chan error, 1)}
	s.mu.Lock()
	r.place = s.waiting.PushBack(r)
	if !s.pumping {
		s.pumping = s.c.sources.run(s.pump)
	}
	s.mu.Unlock()
	select {
	case d := <-r.got:
		return d, nil
	case err := <-r.fail:
		return delivery{}, err
	case <-ctx.Done():
	case <-s.c.open.Done():
	}
	s.mu.Lock()
	if r.place != nil {
		s.waiting.Remove(r.place)
		r.place = nil
	}
	trouble := s.trouble
	s.mu.Unlock()
	select {
	case d := <-r.got:
		return d, nil
	default:
	}
	if ctx.Err() != nil {
		return delivery{}, ended(ctx, op, trouble)
	}
	return delivery{}, failed(op, ErrClosed)
}

func (s *source) pump() {
	for pause := poll; ; {
		n, on := s.wanted()
		if !on {
			return
		}
		notice := s.news.next()
		got, err := s.round(n)
		s.setTrouble(err)
		if got > 0 {
			continue
		}
		ctx, cancel := s.c.within(attemptTime)
		if err != nil && s.mend != nil {
			s.mend(ctx)
		}
		over := s.over(ctx)
		cancel()
		if over != nil {
			s.failAll(over)
			continue
		}
		if s.c.await(s.c.life, pause, notice) {
			pause = recheck
		} else {
			pause = min(8*pause, poll)
		}
	}
}

// wanted is how many receivers wait. It ends the pump if there are none.
func (s *source) wanted() (n int, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = s.waiting.Len()
	s.pumping = n > 0 && s.c.open.Err() == nil
	return min(n, maxPull), s.pumping
}

func (s *source) setTrouble(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = troubleOf(err)
}

// round pulls from each consumer once, n in all, and returns how many came.
func (s *source) round(n int) (got int, err error) {
	names := s.consumers()
	first := 0
	if s.inTurn {
		first = s.turn % len(names)
		s.turn++
	}
	for i := range names {
		k := (first + i) % len(names)
		count, perr := s.pull(names[k], k, n-got)
		if perr != nil {
			err = perr
		}
		if got += count; got >= n {
			return got, nil
		}
	}
	return got, err
}

// pull takes up to n deliveries that are there from one consumer.
func (s *source) pull(name string, k, n int) (int, error) {
	if s.inbox == nil {
		box, err := newInbox(s.c, s.hand)
		if err != nil {
			return 0, err
		}
		s.inbox = box
	}
	count, late, err := s.inbox.pull(name, k, n)
	if late {
		s.inbox.retire()
		s.inbox = nil
	}
	return count, err
}

// hand gives a delivery to the receiver that has waited longest.
func (s *source) hand(d delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.waiting.Front()
	if first == nil {
		s.c.returnUnseen(d)
		return
	}
	s.take(first).got <- d
}

func (s *source) failAll(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for first := s.waiting.Front(); first != nil; first = s.waiting.Front() {
		s.take(first).fail <- err
	}
}

// take removes a receiver from the list. mu is held.
func (s *source) take(e *list.Element) *receiver {
	r := e.Value.(*receiver) //nolint:forcetypeassert // nothing else is in it
	s.waiting.Remove(e)
	r.place = nil
	return r
}

// stop ends the use of a source for which nothing waits any more.
func (s *source) stop() {
	s.news.stop()
	if s.inbox != nil {
		s.inbox.close()
	}
}
