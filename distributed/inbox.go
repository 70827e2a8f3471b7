package distributed

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// inbox receives what the servers send in answer to pulls, one pull at a time.
//
// A pull ends when all that it may take has come, or with a status message. One
// that gets neither is late: then the inbox is retired. It takes no further
// pull, and what still comes is returned unseen for as long as that is allowed.
type inbox struct {
	c       *Client
	subject string // of the answers, without the number of the pull
	sub     *nats.Subscription
	hand    func(delivery)

	mu       sync.Mutex // guards the pull
	number   int
	consumer int
	want     int
	got      int
	since    time.Time
	retired  bool
	done     chan error // has room for one
}

func newInbox(c *Client, hand func(delivery)) (*inbox, error) {
	b := &inbox{c: c, subject: c.conn.NewInbox() + ".", hand: hand}
	sub, err := c.conn.Subscribe(b.subject+"*", b.receive)
	if err != nil {
		return nil, err
	}
	_ = sub.SetPendingLimits(-1, -1) // receive does not block
	b.sub = sub
	return b, nil
}

// pull takes up to n deliveries that are there from a consumer. If it is late,
// the inbox must be retired.
func (b *inbox) pull(name string, consumer, n int) (got int, late bool, err error) {
	done := make(chan error, 1)
	b.mu.Lock()
	b.number++
	b.consumer, b.want, b.got, b.since, b.done = consumer, n, 0, time.Now(), done
	reply := b.subject + strconv.Itoa(b.number)
	b.mu.Unlock()
	request := fmt.Sprintf(`{"batch":%d,"no_wait":true}`, n)
	if err := b.c.conn.PublishRequest("$JS.API.CONSUMER.MSG.NEXT."+name, reply, []byte(request)); err != nil {
		return 0, false, err
	}
	timer := time.NewTimer(attemptTime)
	defer timer.Stop()
	select {
	case err = <-done:
	case <-timer.C:
		late, err = true, nats.ErrTimeout
	case <-b.c.life.Done():
		late, err = true, nats.ErrConnectionClosed
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got, late, err
}

// receive is called for each message, one at a time.
func (b *inbox) receive(m *nats.Msg) {
	b.mu.Lock()
	if status := m.Header.Get("Status"); status != "" && len(m.Data) == 0 && strings.HasPrefix(m.Subject, b.subject) {
		if m.Subject == b.subject+strconv.Itoa(b.number) && status != "100" {
			finish(b.done, statusError(status, m.Header.Get("Description")))
		}
		b.mu.Unlock()
		return
	}
	d, ok := newDelivery(m, b.consumer, b.since)
	if !ok {
		b.mu.Unlock()
		return
	}
	b.got++
	last, done, retired := b.got == b.want, b.done, b.retired
	b.mu.Unlock()
	if retired {
		b.c.returnUnseen(d)
		return
	}
	b.hand(d)
	if last { // only now: a pull that has ended has no delivery on its way
		finish(done, nil)
	}
}

// finish ends a pull.
func finish(done chan<- error, err error) {
	select {
	case done <- err:
	default:
	}
}

// statusError is nil where there is nothing, or not enough for another pull.
func statusError(status, description string) error {
	switch status {
	case "404", "408":
		return nil
	case "503":
		return nats.ErrNoResponders
	}
	return errors.New(strings.ToLower(description))
}

// retire ends the use of the inbox after a late pull.
func (b *inbox) retire() {
	b.mu.Lock()
	b.retired = true
	b.mu.Unlock()
	time.AfterFunc(b.c.cfg.Lease, b.close)
}

func (b *inbox) close() { _ = b.sub.Unsubscribe() }
