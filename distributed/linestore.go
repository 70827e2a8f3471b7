package distributed

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// lineChange is a change of a line that may be applied twice.
type lineChange struct {
	apply func(*line)
	done  chan<- error // has room for one; nil: nothing waits for it
}

const (
	maxChanges     = 256      // in one write
	maxNoticeLine  = 64 << 10 // a longer line is not sent with a notice
	headerRevision = "Asyncgo-Revision"
)

// load reads the line from the leader. A revision of 0 is that of none.
func (k *semaphoreCore) load(ctx context.Context) (l line, revision uint64, err error) {
	m, err := k.c.fromLeader(ctx, k.c.bucketStream("semaphores"), selection{LastBySubject: k.subject})
	if err != nil || m == nil {
		return line{}, 0, err
	}
	if m.isMarker() {
		return line{}, m.seq, nil
	}
	return l, m.seq, json.Unmarshal(m.data, &l)
}

// save stores the line if its revision is still the one it was read with, and
// sends it to the other clients.
func (k *semaphoreCore) save(ctx context.Context, l line, revision uint64) (uint64, error) {
	data, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	ack, err := k.c.js.PublishMsg(ctx, &nats.Msg{Subject: k.subject, Data: data},
		jetstream.WithExpectLastSequencePerSubject(revision), jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, err
	}
	notice := &nats.Msg{Subject: k.noticeSubject, Header: nats.Header{headerRevision: {strconv.FormatUint(ack.Sequence, 10)}}}
	if len(data) <= maxNoticeLine {
		notice.Data = data
	}
	_ = k.c.conn.PublishMsg(notice)
	return ack.Sequence, nil
}

// write applies changes until the client's life ends, several in one write.
func (k *semaphoreCore) write() {
	for {
		select {
		case <-k.c.life.Done():
			return
		case <-k.work:
		}
		for batch := k.take(); len(batch) > 0; batch = k.take() {
			err := k.applyAll(batch)
			for _, change := range batch {
				if change.done != nil {
					change.done <- err
				}
			}
		}
	}
}

// take removes the changes of one write.
func (k *semaphoreCore) take() []lineChange {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := min(len(k.changes), maxChanges)
	batch := k.changes[:n:n]
	k.changes = k.changes[n:]
	return batch
}

// applyAll tries until the changes are stored, or found to change nothing. The
// first try is made on the line as it was last seen; whatever that does not
// lead to a write is decided by the leader's.
func (k *semaphoreCore) applyAll(batch []lineChange) error {
	known := true
	for pause := time.Millisecond; k.c.life.Err() == nil; known = false {
		if k.applyOnce(batch, known) {
			return nil
		}
		if !known {
			k.c.sleepOn(rand.N(pause)) //nolint:gosec // spreads tries, no secret
			pause = min(2*pause, 100*time.Millisecond)
		}
	}
	return ErrClosed
}

func (k *semaphoreCore) applyOnce(batch []lineChange, known bool) bool {
	ctx, cancel := k.c.within(attemptTime)
	defer cancel()
	before, revision := k.lastSeen()
	if !known {
		var err error
		if before, revision, err = k.load(ctx); err != nil {
			k.setTrouble(err)
			return false
		}
	}
	after := before.clone()
	for _, change := range batch {
		change.apply(&after)
	}
	after.grant()
	if same(before, after) {
		if !known {
			k.see(before, revision)
		}
		return !known
	}
	next, err := k.save(ctx, after, revision)
	k.setTrouble(err)
	if err != nil {
		return false
	}
	k.see(after, next)
	return true
}

func same(a, b line) bool {
	if a.Permits != b.Permits || a.Last != b.Last || len(a.Places) != len(b.Places) {
		return false
	}
	for i := range a.Places {
		if a.Places[i].ID != b.Places[i].ID {
			return false
		}
	}
	return true
}

// received is called with the notice of a client that has written the line.
func (k *semaphoreCore) received(m *nats.Msg) {
	revision, _ := strconv.ParseUint(m.Header.Get(headerRevision), 10, 64)
	var l line
	if len(m.Data) > 0 && json.Unmarshal(m.Data, &l) == nil {
		k.see(l, revision)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seenAt = time.Time{} // too long to be sent: follow reads it
}

// follow looks at the line from time to time while something waits in it, in
// case a notice is lost, and removes sessions that have ended while nothing
// watched.
func (k *semaphoreCore) follow() {
	for swept := time.Now(); k.c.life.Err() == nil; {
		notice := k.news.next()
		if !k.hasWaiters() {
			select {
			case <-k.waiter:
			case <-k.c.life.Done():
			}
			continue
		}
		k.c.await(k.c.life, poll, notice)
		if k.isOld() {
			ctx, cancel := k.c.within(attemptTime)
			l, revision, err := k.load(ctx)
			cancel()
			k.setTrouble(err)
			if err == nil {
				k.see(l, revision)
			}
		}
		if time.Since(swept) > max(k.c.cfg.Lease/4, poll) {
			swept = time.Now()
			k.sweep()
		}
	}
}

// sweep removes the places of sessions that are gone.
func (k *semaphoreCore) sweep() {
	ctx, cancel := k.c.within(attemptTime)
	defer cancel()
	l, _, err := k.load(ctx)
	if err != nil {
		return
	}
	for _, session := range k.gone(ctx, l) {
		k.session.remove(session)
	}
}

// reap is sweep for a semaphore that is being opened: what died while nothing
// watched holds no permit from the first request on.
func (k *semaphoreCore) reap(ctx context.Context) error {
	before, revision := k.lastSeen()
	look, cancel := context.WithTimeout(ctx, attemptTime/2) // so that there is time for the write
	defer cancel()
	gone := k.gone(look, before)
	if len(gone) == 0 {
		return nil
	}
	after := before.clone()
	for _, session := range gone {
		after.removeSession(session)
	}
	after.grant()
	next, err := k.save(ctx, after, revision)
	if err == nil {
		k.see(after, next)
	}
	return err
}

// gone returns the sessions with places in the line that the server has
// removed.
func (k *semaphoreCore) gone(ctx context.Context, l line) (sessions []string) {
	looked := map[string]bool{k.session.alive(): true}
	for _, p := range l.Places {
		session := p.session()
		if !looked[session] && k.session.isGone(ctx, session) {
			sessions = append(sessions, session)
		}
		looked[session] = true
	}
	return sessions
}
