package distributed

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// session is the client's sign of life for its permits: a key that the server
// removes when it has not been renewed for a lease. With it go the client's
// places in the lines of all semaphores.
//
// A client has one session after the other. One is alive from its creation
// until the deadline: a lease after the last confirmed renewal, by this
// process's clock and from before the renewal was sent, so it passes before the
// server's. Then the session is lost, with all permits held under it, and the
// next one begins. A renewal is a compare-and-set: it never brings back what
// the server has removed. mu guards what follows it.
type session struct {
	c    *Client
	keys jetstream.KeyValue

	mu       sync.Mutex
	id       string // of the one that is alive; "" while there is none
	revision uint64
	deadline time.Time
	ready    chan struct{} // closed when there is one
	closing  bool
	watching bool
}

func (c *Client) sessions(ctx context.Context) (jetstream.KeyValue, error) {
	return c.bucket(ctx, jetstream.KeyValueConfig{Bucket: "sessions", TTL: c.cfg.Lease, LimitMarkerTTL: max(c.cfg.Lease, time.Second)})
}

// beginSession creates the client's first session, and keeps it from then on.
func (c *Client) beginSession(ctx context.Context) error {
	keys, err := c.sessions(ctx)
	if err != nil {
		return err
	}
	s := &session{c: c, keys: keys, ready: make(chan struct{})}
	if err := s.begin(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	c.session = s
	c.mu.Unlock()
	c.upkeep.run(s.keep)
	return nil
}

func (s *session) begin(ctx context.Context) error {
	id := s.c.nextID()
	sent := time.Now()
	revision, err := s.keys.Create(ctx, id, nil)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.revision, s.deadline = id, revision, sent.Add(s.c.cfg.Lease)
	close(s.ready)
	return nil
}

// current waits until there is a session.
func (s *session) current(ctx context.Context, op string) (string, error) {
	for {
		if err := s.c.usable(ctx, op); err != nil {
			return "", err
		}
		s.mu.Lock()
		id, ready := s.id, s.ready
		s.mu.Unlock()
		if id != "" {
			return id, nil
		}
		select {
		case <-ready:
		case <-ctx.Done():
			return "", ended(ctx, op, "no session")
		case <-s.c.open.Done():
		}
	}
}

// alive is the session that is alive, or "".
func (s *session) alive() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// isAlive reports that what is held under a session is certainly held.
func (s *session) isAlive(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id == id && time.Now().Before(s.deadline)
}

// keep renews the session, and begins the next one when it is lost.
func (s *session) keep() {
	for s.c.life.Err() == nil {
		s.mu.Lock()
		id, revision, left, closing := s.id, s.revision, time.Until(s.deadline), s.closing
		s.mu.Unlock()
		switch {
		case closing:
			return
		case id == "":
			ctx, cancel := s.c.within(attemptTime)
			err := s.begin(ctx)
			cancel()
			if err != nil {
				s.c.sleepOn(50 * time.Millisecond)
			}
		case left <= 0:
			s.lose(id)
		default:
			back := s.c.returned.next()
			s.c.sleepOnUntil(s.renew(id, revision, left), back)
		}
	}
}

// renew sends a sign of life and returns the time until the next one is due,
// counted from when this one was sent: the process may have been stopped
// meanwhile.
func (s *session) renew(id string, revision uint64, left time.Duration) time.Duration {
	ctx, cancel := s.c.within(left)
	defer cancel()
	sent := time.Now()
	next, err := s.keys.Update(ctx, id, nil, revision)
	switch {
	case err == nil:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.revision, s.deadline = next, sent.Add(s.c.cfg.Lease)
		return time.Until(sent.Add(s.c.signEvery()))
	case errors.Is(err, jetstream.ErrKeyRevisionMismatch):
		// Removed, or an earlier renewal has arrived after all.
		m, err := s.c.fromLeader(ctx, s.c.bucketStream("sessions"), selection{LastBySubject: s.c.bucketSubject("sessions", id)})
		if err == nil && (m == nil || m.isMarker()) {
			s.lose(id)
			return 0
		}
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.revision = m.seq
			return 0
		}
	}
	return min(s.c.signAgain(), time.Until(sent.Add(left)))
}

// lose ends what is held under a session that may be over.
func (s *session) lose(id string) {
	s.mu.Lock()
	if s.id != id {
		s.mu.Unlock()
		return
	}
	s.id, s.ready = "", make(chan struct{})
	s.mu.Unlock()
	s.c.log.Warn("distributed: session lost", "session", id)
	for _, k := range s.c.semaphores() {
		k.sessionLost(id)
	}
}

// watch removes the places of sessions that the server has removed. It begins
// with the first semaphore.
func (s *session) watch() {
	s.mu.Lock()
	first := !s.watching
	s.watching = true
	s.mu.Unlock()
	if !first {
		return
	}
	s.c.upkeep.run(func() {
		for s.c.life.Err() == nil {
			changes, err := s.keys.WatchAll(s.c.life, jetstream.MetaOnly())
			if err != nil {
				s.c.sleepOn(100 * time.Millisecond)
				continue
			}
			for entry := range changes.Updates() {
				if entry != nil && entry.Operation() != jetstream.KeyValuePut {
					s.remove(entry.Key())
				}
			}
			_ = changes.Stop()
		}
	})
}

// remove takes a session that is gone out of all lines.
func (s *session) remove(id string) {
	s.mu.Lock()
	mine := s.id == id
	s.mu.Unlock()
	if mine {
		return // keep notices it by itself
	}
	for _, k := range s.c.semaphores() {
		k.change(func(l *line) { l.removeSession(id) }, nil)
	}
}

// isGone reports that the server has removed a session.
func (s *session) isGone(ctx context.Context, id string) bool {
	m, err := s.c.fromLeader(ctx, s.c.bucketStream("sessions"), selection{LastBySubject: s.c.bucketSubject("sessions", id)})
	return err == nil && (m == nil || m.isMarker())
}

// close gives back all permits, and ends the session.
func (s *session) close() {
	s.mu.Lock()
	s.closing = true
	id := s.id
	s.mu.Unlock()
	var all tally
	for _, k := range s.c.semaphores() {
		all.run(k.giveBack)
	}
	all.drain()
	if id != "" {
		ctx, cancel := s.c.within(attemptTime)
		defer cancel()
		_ = s.keys.Purge(ctx, id)
	}
}

// semaphores are those that the client has opened.
func (c *Client) semaphores() []*semaphoreCore {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*semaphoreCore, 0, len(c.semas))
	for _, k := range c.semas {
		all = append(all, k)
	}
	return all
}
