package distributed

import (
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// The headers of the messages.
const (
	headerVersion = "Asyncgo-Version"
	headerID      = "Asyncgo-Id"
	headerAfter   = "Asyncgo-After"   // milliseconds from when it was stored
	headerReason  = "Asyncgo-Reason"  // of a dead letter
	headerAttempt = "Asyncgo-Attempt" // of a dead letter: its last one
	headerLevel   = "Asyncgo-Level"   // of a dead letter: where it came from
	headerKeep    = "Asyncgo-Keep"    // milliseconds for which the result of a call is kept
	headerWriter  = "Asyncgo-Writer"  // which operation has stored a value
)

// newHeader is that of each message of this package.
func newHeader(id string) nats.Header {
	return nats.Header{headerVersion: {strconv.Itoa(wireVersion)}, headerID: {id}}
}

// delivery is a message that a server has handed to this process.
type delivery struct {
	msg      *nats.Msg
	consumer int // its number in the source
	attempt  int // how often the message has been handed out
	seq      uint64
	stored   time.Time
	since    time.Time // before the server's clock for it began
}

// newDelivery returns false for what is no message of a stream.
func newDelivery(m *nats.Msg, consumer int, since time.Time) (delivery, bool) {
	meta, err := m.Metadata()
	if err != nil {
		return delivery{}, false
	}
	return delivery{
		msg: m, consumer: consumer, attempt: int(meta.NumDelivered), //nolint:gosec // small
		seq: meta.Sequence.Stream, stored: meta.Timestamp, since: since,
	}, true
}

// number is a header as a number; what is none, or foreign, is 0.
func (d delivery) number(header string) int64 {
	n, _ := strconv.ParseInt(d.msg.Header.Get(header), 10, 64)
	return n
}

// untilDue is the time until a delay has passed since the message was stored. A
// message from the future says that the server's clock is ahead of this one, or
// was: then the delay passes between the first hand-out and the second.
func (d delivery) untilDue(delay time.Duration) time.Duration {
	switch left := time.Until(d.stored.Add(delay)); {
	case left <= delay:
		return left
	case d.attempt == 1:
		return delay
	}
	return 0
}

// isNewer reports that the message is of a version that this one does not know.
func (d delivery) isNewer() bool { return d.number(headerVersion) > wireVersion }

// newerPause is how long a message of a newer version is left for others.
const newerPause = time.Second
