package distributed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// lease keeps a delivery this process's own. It is held, then settled or lost:
//
//	held -> settling -> settled   by settle, once; its err answers every call
//	held or settling -> lost      when the deadline has passed
//	settling -> held              if the settling has changed nothing (stillHeldError)
//
// The deadline is one Lease after the last confirmed sign of life, by this
// process's clock and from before that sign was sent, so it passes before the
// server's. Once it has passed nothing is sent: the server would take it as the
// word of the next holder. mu guards what follows it.
type lease struct {
	c     *Client
	reply string          // the subject that stands for the delivery
	about []any           // the attributes of its events
	ctx   context.Context //nolint:containedctx // the holder's
	end   context.CancelCauseFunc

	mu         sync.Mutex
	deadline   time.Time
	timer      *time.Timer
	lost       bool
	returning  bool // a return has been sent: a sign of life would undo it
	settlement *settlement
}

// settlement is the first attempt to settle a lease.
type settlement struct {
	done chan struct{} // closed when err is known
	err  error
}

// leases are those that a client holds.
type leases struct {
	mu   sync.Mutex
	held map[*lease]struct{}
}

// stillHeldError marks the error of a settling that has changed nothing.
type stillHeldError struct{ error }

func (s stillHeldError) Unwrap() error { return s.error }

// signEvery is the time between two signs of life. They are promised at least
// every third of a lease, and what keeps one from being sent in time, a busy
// machine for example, must not break that.
func (c *Client) signEvery() time.Duration { return c.cfg.Lease / 4 }

// signAgain is the time after which a sign is repeated that was not confirmed.
func (c *Client) signAgain() time.Duration { return c.cfg.Lease / 15 }

// newLease begins the lease of d. Its context has the values of parent.
func (c *Client) newLease(parent context.Context, d delivery, about ...any) *lease {
	// What the servers keep of a hand-out, for a next leader and for after a
	// restart, is the time when the message was stored. They count the lease
	// from there, unless a sign of life has come since.
	if age := time.Since(d.stored); age.Abs() > c.cfg.Lease/16 {
		_ = c.conn.Publish(d.msg.Reply, []byte("+WPI"))
	}
	l := &lease{c: c, reply: d.msg.Reply, about: about, deadline: d.since.Add(c.cfg.Lease)}
	l.ctx, l.end = context.WithCancelCause(context.WithoutCancel(parent))
	l.mu.Lock()
	l.timer = time.AfterFunc(time.Until(d.since.Add(c.signEvery())), l.beat)
	l.mu.Unlock()
	c.leases.mu.Lock()
	defer c.leases.mu.Unlock()
	if c.leases.held == nil {
		c.leases.held = map[*lease]struct{}{}
	}
	c.leases.held[l] = struct{}{}
	return l
}

// beat sends a sign of life, and loses the lease when none was confirmed in
// time.
func (l *lease) beat() {
	if !l.c.upkeep.begin() {
		return
	}
	defer l.c.upkeep.end()
	l.mu.Lock()
	if l.isOver() {
		l.mu.Unlock()
		return
	}
	left, returning := time.Until(l.deadline), l.returning
	if left > 0 && returning {
		l.timer.Reset(min(l.c.signAgain(), left))
	}
	l.mu.Unlock()
	switch {
	case left <= 0:
		l.lose()
		return
	case returning:
		return
	}
	sent := time.Now()
	err := l.say("+WPI", left)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isOver() {
		return
	}
	next := l.c.signAgain()
	if err == nil {
		next = l.c.signEvery()
		if deadline := sent.Add(l.c.cfg.Lease); deadline.After(l.deadline) { // another sign may have been sent meanwhile
			l.deadline = deadline
		}
	}
	l.timer.Reset(max(0, min(time.Until(sent.Add(next)), time.Until(l.deadline))))
}

// say sends a word about the delivery, and returns when the server has
// confirmed it.
func (l *lease) say(word string, left time.Duration) error {
	ctx, cancel := l.c.within(left)
	defer cancel()
	_, err := l.c.conn.RequestWithContext(ctx, l.reply, []byte(word))
	return err
}

// isOver reports that the lease is settled or lost. mu is held.
func (l *lease) isOver() bool {
	if l.lost {
		return true
	}
	if l.settlement == nil {
		return false
	}
	select {
	case <-l.settlement.done:
		return true
	default:
		return false
	}
}

// isSettled reports that a settling has begun.
func (l *lease) isSettled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settlement != nil
}

func (l *lease) lose() {
	l.mu.Lock()
	if l.isOver() {
		l.mu.Unlock()
		return
	}
	l.lost = true
	l.mu.Unlock()
	l.c.log.Warn("distributed: lease lost", l.about...)
	l.end(ErrLeaseLost)
	l.c.leases.forget(l)
}

// left is for how long it is still this process's own.
func (l *lease) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost || l.c.life.Err() != nil {
		return 0
	}
	return time.Until(l.deadline)
}

// settle ends the lease by op, once; other calls wait and return what the first
// has returned.
func (l *lease) settle(op func() error) error {
	l.mu.Lock()
	if s := l.settlement; s != nil {
		l.mu.Unlock()
		<-s.done
		return s.err
	}
	s := &settlement{done: make(chan struct{})}
	l.settlement = s
	l.mu.Unlock()
	err := op()
	l.mu.Lock()
	if kept := (stillHeldError{}); errors.As(err, &kept) {
		s.err = kept.error
		l.settlement = nil
		close(s.done)
		l.mu.Unlock()
		return s.err
	}
	s.err = err
	l.timer.Stop()
	close(s.done)
	l.mu.Unlock()
	if errors.Is(err, ErrLeaseLost) {
		l.end(ErrLeaseLost)
	}
	l.end(nil)
	l.c.leases.forget(l)
	return err
}

// ack says that it is done. That may be repeated until it is confirmed.
func (l *lease) ack() error {
	for {
		left := l.left()
		if left <= 0 {
			return ErrLeaseLost
		}
		if l.say("+ACK", left) == nil {
			return nil
		}
		l.c.sleepOn(50 * time.Millisecond)
	}
}

// longestPause is the longest delay that the servers can add to their clock.
const longestPause = 100 * 365 * 24 * time.Hour

// nak gives it back, to be handed out when after has passed. What may have
// arrived is not repeated: the next holder would lose it. Then it comes back
// when the lease has run out.
func (l *lease) nak(after time.Duration) error {
	// Always with a delay: without one a return is remembered by the leader
	// only.
	word := fmt.Sprintf(`-NAK {"delay": %d}`, min(max(after, 1), longestPause).Nanoseconds())
	for {
		left := l.left()
		if left <= 0 {
			return ErrLeaseLost
		}
		l.setReturning(true)
		err := l.say(word, left)
		switch {
		case err == nil:
			return nil
		case !notSent(err):
			return unconfirmed(err)
		}
		l.setReturning(false)
		l.c.sleepOn(50 * time.Millisecond)
	}
}

func (l *lease) setReturning(returning bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.returning = returning
}

// signAll sends a sign of life for all that is held. It is called when the
// connection is back: the next sign would be sent later, and a server that was
// restarted has rounded the time of the last one down to a second.
func (ls *leases) signAll() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for l := range ls.held {
		l.signNow()
	}
}

func (l *lease) signNow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isOver() && !l.returning {
		l.timer.Reset(0)
	}
}

func (ls *leases) forget(l *lease) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	delete(ls.held, l)
}

// giveBack returns all that is held, when the client closes.
func (ls *leases) giveBack() {
	ls.mu.Lock()
	all := make([]*lease, 0, len(ls.held))
	for l := range ls.held {
		all = append(all, l)
	}
	ls.mu.Unlock()
	var returns tally
	for _, l := range all {
		returns.run(func() {
			_ = l.settle(func() error {
				l.end(ErrClosed)
				_ = l.nak(0)
				return fmt.Errorf("%w: %w", ErrLeaseLost, ErrClosed) // for a later Done
			})
		})
	}
	returns.drain()
}

// returnUnseen gives a delivery back that nothing waits for any more.
func (c *Client) returnUnseen(d delivery) {
	c.errand(func() {
		if left := time.Until(d.since.Add(c.cfg.Lease)); left > 0 {
			ctx, cancel := c.within(left)
			defer cancel()
			_, _ = c.conn.RequestWithContext(ctx, d.msg.Reply, []byte(`-NAK {"delay": 1}`))
		}
	})
}
