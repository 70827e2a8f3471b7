package distributed

import (
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// listener passes notices on to all that wait here. A notice says that
// something has changed. It may be lost, so a look from time to time stands
// behind it.
type listener struct {
	mu   sync.Mutex
	ch   chan struct{} // closed by the next notice; nil: not waited for
	subs []*nats.Subscription
}

// subscribe rings with each message on subject, after on, if that is not nil.
func (l *listener) subscribe(conn *nats.Conn, subject string, on func(*nats.Msg)) error {
	sub, err := conn.Subscribe(subject, func(m *nats.Msg) {
		if on != nil {
			on(m)
		}
		l.ring()
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = append(l.subs, sub)
	return nil
}

// next returns a channel that the next notice closes.
func (l *listener) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ch == nil {
		l.ch = make(chan struct{})
	}
	return l.ch
}

func (l *listener) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ch != nil {
		close(l.ch)
		l.ch = nil
	}
}

// stop ends the subscriptions.
func (l *listener) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sub := range l.subs {
		_ = sub.Unsubscribe()
	}
	l.subs = nil
}

// notifier sends notices on a subject, at most one a millisecond. Idle, it
// sends at once; then it rests for a millisecond, and sends once more after
// that if it was called meanwhile.
type notifier struct {
	conn    *nats.Conn
	subject string

	mu      sync.Mutex
	resting bool
	again   bool
}

const noticeRest = time.Millisecond

// notifierOf returns the notifier of a subject, which the client's handles
// share.
func (c *Client) notifierOf(subject string) *notifier {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.notifier[subject]
	if n == nil {
		n = &notifier{conn: c.conn, subject: subject}
		c.notifier[subject] = n
	}
	return n
}

func (n *notifier) send() {
	n.mu.Lock()
	if n.resting {
		n.again = true
		n.mu.Unlock()
		return
	}
	n.resting = true
	n.mu.Unlock()
	_ = n.conn.Publish(n.subject, nil)
	time.AfterFunc(noticeRest, n.rested)
}

func (n *notifier) rested() {
	n.mu.Lock()
	again := n.again
	n.again, n.resting = false, again
	n.mu.Unlock()
	if again {
		_ = n.conn.Publish(n.subject, nil)
		time.AfterFunc(noticeRest, n.rested)
	}
}
