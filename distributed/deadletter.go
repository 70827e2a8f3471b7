package distributed

import (
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const maxReason = 2000

// fail stores the item as a dead letter, and then takes it away. Both steps may
// be repeated: the letter has an id of its own.
func (it *Item[T]) fail(reason error) error {
	q := it.q
	text := reasonText(reason)
	m := &nats.Msg{Subject: q.dead.subject(0), Data: it.d.msg.Data, Header: newHeader(it.ID)}
	m.Header.Set(headerReason, text)
	m.Header.Set(headerAttempt, strconv.Itoa(it.Attempt))
	m.Header.Set(headerLevel, it.d.msg.Subject[strings.LastIndexByte(it.d.msg.Subject, '.')+1:])
	m.Header.Set(jetstream.MsgIDHeader, it.moveID("dead"))
	err := it.move(q.dead.queueCore, m, func() {
		q.c.log.Error("distributed: dead letter", "queue", q.queue, "item", it.ID, "attempt", it.Attempt, "reason", text)
	})
	q.notice.send()
	q.dead.notice.send()
	return err
}

// revive stores a dead letter as a new item of its queue, and then takes it
// away.
func (it *Item[T]) revive(after time.Duration) error {
	main := it.q.main
	m := main.message(it.ID, int(it.d.number(headerLevel)), it.d.msg.Data, after)
	m.Header.Set(jetstream.MsgIDHeader, it.moveID("again"))
	err := it.move(main.queueCore, m, func() {})
	main.notice.send()
	it.q.notice.send()
	return err
}

// moveID is the id of a message that takes the place of this item.
func (it *Item[T]) moveID(why string) string {
	return why + " " + strconv.FormatUint(it.d.seq, 10) + " " + it.ID
}

// move stores m in another queue, and then acknowledges the item. The lease
// bounds it.
func (it *Item[T]) move(to *queueCore, m *nats.Msg, stored func()) error {
	return it.lease.settle(func() error {
		if err := it.storeIn(to, m); err != nil {
			return err
		}
		stored()
		return it.lease.ack()
	})
}

// storeIn tries as long as the item is held. That the other queue is full or
// shut down leaves it held.
func (it *Item[T]) storeIn(to *queueCore, m *nats.Msg) error {
	for {
		left := it.lease.left()
		if left <= 0 {
			return ErrLeaseLost
		}
		ctx, cancel := to.c.within(left)
		_, err := to.c.js.PublishMsg(ctx, m, jetstream.WithRetryAttempts(0))
		refused := error(nil)
		switch {
		case isFull(err):
			refused = stillHeldError{ErrFull}
		case err != nil && notSent(err):
			if _, lerr := to.look(ctx); lerr == nil && to.down() {
				refused = stillHeldError{ErrShutdown}
			}
		}
		cancel()
		if err == nil {
			return nil
		}
		if refused != nil {
			return refused
		}
		to.c.sleepOn(50 * time.Millisecond)
	}
}

// reasonText is the text of err as the value of a header: one line.
func reasonText(err error) string {
	text := err.Error()
	text = strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, text)
}
