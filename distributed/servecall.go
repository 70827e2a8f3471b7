package distributed

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	resultKept  = time.Hour   // of a call whose caller did not confirm it
	failureKept = time.Minute // of a shared call: for those that wait for it
)

// serve runs one call and delivers its answer.
func (w *worker) serve(running context.Context, h Handler, d delivery) {
	c := w.c
	id := d.msg.Subject[strings.LastIndexByte(d.msg.Subject, '.')+1:]
	l := c.newLease(context.Background(), d, "func", h.name, "call", id)
	if d.isNewer() {
		c.log.Warn("distributed: left for others", "func", h.name, "call", id, "version", d.number(headerVersion))
		c.errand(func() { _ = l.settle(func() error { return l.nak(newerPause) }) })
		return
	}
	failure := &RemoteError{Func: h.name, Worker: c.worker, Attempt: d.attempt}
	if d.attempt > c.cfg.Attempts {
		failure.Attempt--
		failure.describe(usedUp(failure.Attempt))
		c.log.Error("distributed: call given up", "func", h.name, "attempts", failure.Attempt)
		_ = l.settle(func() error { return w.deliver(l, d, id, &answer{Seq: d.seq, Err: failure}) })
		return
	}
	ctx, cancel := context.WithCancelCause(running)
	defer cancel(nil)
	stop := context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })
	defer stop()
	canceled := make(chan struct{}, 1)
	if !isMemo(id) {
		sub, err := c.conn.Subscribe(c.cancelSubject(id), func(m *nats.Msg) {
			select {
			case canceled <- struct{}{}:
			default:
			}
			cancel(context.Canceled)
			_ = m.Respond(nil)
		})
		if err == nil {
			defer func() { _ = sub.Unsubscribe() }()
		}
	}
	a := &answer{Seq: d.seq}
	err := protect(func() (err error) {
		a.value, err = h.call(ctx, c, d.msg.Data)
		return err
	})
	switch {
	case len(canceled) > 0: // nothing waits for the answer
		_ = l.settle(l.ack)
		return
	case err != nil && isEcho(ctx, err):
		_ = l.settle(func() error { return l.nak(0) })
		return
	case err != nil:
		failure.describe(err)
		a = &answer{Seq: d.seq, Err: failure}
		c.log.Warn("distributed: call failed", append([]any{"func", h.name, "attempt", d.attempt, "error", err}, stackOf(err)...)...)
	}
	_ = l.settle(func() error { return w.deliver(l, d, id, a) })
}

// deliver brings an answer to the caller, which confirms it, or stores it; only
// then the call is removed. The answer of a shared call is always stored.
func (w *worker) deliver(l *lease, d delivery, id string, a *answer) error {
	data, err := a.pack()
	if err != nil {
		return err
	}
	subject := w.c.resultSubject(id)
	if keep := time.Duration(d.number(headerKeep)) * time.Millisecond; keep > 0 {
		if a.Err != nil {
			keep = failureKept
		}
		if err := w.keep(l, id, a, data, keep); err != nil {
			return err
		}
		_ = w.c.conn.Publish(subject, data)
		return l.ack()
	}
	ctx, cancel := w.c.within(min(time.Second, l.left()))
	_, err = w.c.conn.RequestWithContext(ctx, subject, data)
	cancel()
	if err != nil {
		if err := w.keep(l, id, a, data, resultKept); err != nil {
			return err
		}
		_ = w.c.conn.Publish(subject, data)
	}
	return l.ack()
}

// keep stores an answer by compare-and-set. The first value stays; a failure
// makes room for a later answer.
func (w *worker) keep(l *lease, id string, a *answer, data []byte, keep time.Duration) error {
	keep = (keep + time.Second - 1).Truncate(time.Second)
	m := &nats.Msg{Subject: w.c.bucketSubject("results", id), Data: data}
	for {
		left := l.left()
		if left <= 0 {
			return ErrLeaseLost
		}
		done, err := w.keepOnce(min(left, attemptTime), m, a, keep)
		if done {
			return nil
		}
		if errors.Is(err, nats.ErrMaxPayload) {
			return fmt.Errorf("%w: the answer", ErrTooLarge)
		}
		w.c.sleepOn(50 * time.Millisecond)
	}
}

func (w *worker) keepOnce(bound time.Duration, m *nats.Msg, a *answer, keep time.Duration) (done bool, err error) {
	ctx, cancel := w.c.within(bound)
	defer cancel()
	old, err := w.c.fromLeader(ctx, w.c.bucketStream("results"), selection{LastBySubject: m.Subject})
	if err != nil {
		return false, err
	}
	revision := uint64(0)
	if old != nil {
		revision = old.seq
		if b, err := unpack(old.data); err == nil && !old.isMarker() && (b.Err == nil || b.Seq >= a.Seq) {
			return true, nil
		}
	}
	_, err = w.c.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(revision), jetstream.WithMsgTTL(keep), jetstream.WithRetryAttempts(0))
	return err == nil, err
}
