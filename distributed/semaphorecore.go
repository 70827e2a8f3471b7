package distributed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"example.com/asyncgo/semaphore"
)

const (
	maxPermits = 4096
	maxWaiters = 64 // of one client in the line
)

// semaphoreCore is what the handles of one semaphore in one client share.
//
// One goroutine, write, applies the changes of this client to the line, several
// at once; another, follow, looks at it while something waits. Whatever sees a
// newer line calls see, which serves the requests. gate lets 64 requests of the
// client into the line; the others wait at it, in order.
type semaphoreCore struct {
	c             *Client
	object        string
	subject       string // of the line
	noticeSubject string
	session       *session
	changes       chan lineChange
	hurry         chan struct{} // has room for one: something waits
	gate          *semaphore.Semaphore
	news          listener

	mu       sync.Mutex // guards what follows
	seen     line
	revision uint64
	seenAt   time.Time
	trouble  string
	requests map[string]*request // by place: those that wait
	held     map[string]*grant   // by place
}

// request is one that waits in the line.
type request struct {
	granted chan place // has room for one; closed if the place is gone, to enter again
	in      uint64     // the newest revision with the place in the line
}

func (c *Client) openSemaphore(ctx context.Context, name string, n int) (*semaphoreCore, error) {
	c.mu.Lock()
	k := c.semas[name]
	if k == nil {
		k = &semaphoreCore{
			c: c, object: "semaphore " + name, subject: c.bucketSubject("semaphores", token(name)), noticeSubject: c.ns + ".wake.s." + token(name),
			session: c.session, changes: make(chan lineChange, 4*maxChanges), hurry: make(chan struct{}, 1), gate: semaphore.New(maxWaiters),
			requests: map[string]*request{}, held: map[string]*grant{},
		}
	}
	c.mu.Unlock()
	if err := c.read(ctx, k.op("Open"), func(ctx context.Context) error { return k.create(ctx, n) }); err != nil {
		return nil, err
	}
	c.mu.Lock()
	if old := c.semas[name]; old != nil {
		c.mu.Unlock()
		return old, nil
	}
	if err := k.news.subscribe(c.conn, k.noticeSubject, k.received); err != nil {
		c.mu.Unlock()
		return nil, failed(k.op("Open"), ErrClosed)
	}
	c.semas[name] = k
	c.mu.Unlock()
	c.upkeep.run(k.write)
	c.upkeep.run(k.follow)
	k.session.watch()
	c.errand(k.sweep)
	return k, nil
}

func (k *semaphoreCore) op(name string) string { return k.object + ": " + name }

// create makes the semaphore, or compares it with what exists.
func (k *semaphoreCore) create(ctx context.Context, n int) error {
	if _, err := k.c.bucket(ctx, jetstream.KeyValueConfig{Bucket: "semaphores"}); err != nil {
		return err
	}
	l, revision, err := k.load(ctx)
	if err != nil {
		return err
	}
	if l.Permits != n {
		if l.Permits != 0 && !k.c.cfg.Reconfigure {
			return permanent{fmt.Errorf("%w: it has %d permits; wanted %d", ErrMismatch, l.Permits, n)}
		}
		l.Permits = n
		l.grant()
		if revision, err = k.save(ctx, l, revision); err != nil {
			return err
		}
	}
	k.see(l, revision)
	return nil
}

// change has the line changed by the writer. apply may be called twice.
func (k *semaphoreCore) change(apply func(*line), done chan<- error) {
	change := lineChange{apply, done}
	select {
	case k.changes <- change:
		return
	default:
	}
	k.c.upkeep.run(func() {
		select {
		case k.changes <- change:
		case <-k.c.life.Done():
		}
	})
}

func (k *semaphoreCore) lastSeen() (line, uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.seen, k.revision
}

func (k *semaphoreCore) setTrouble(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trouble = troubleOf(err)
}

func (k *semaphoreCore) hasWaiters() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.requests) > 0
}

func (k *semaphoreCore) isOld() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Since(k.seenAt) >= poll
}

// see takes a line that was read, received or written. Requests whose place holds
// are served; those whose place is gone enter again: a session was taken for ended.
func (k *semaphoreCore) see(l line, revision uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision < k.revision {
		return
	}
	k.seen, k.revision, k.seenAt = l, revision, time.Now()
	for id, r := range k.requests {
		p := l.find(id)
		switch {
		case p == nil && r.in != 0 && revision > r.in:
			delete(k.requests, id)
			close(r.granted)
		case p == nil:
		case p.Token != 0 || p.weight() > l.Permits:
			delete(k.requests, id)
			r.granted <- *p
		default:
			r.in = revision
		}
	}
}

// sessionLost ends what is held under a session, and lets what waits enter again.
func (k *semaphoreCore) sessionLost(session string) {
	k.mu.Lock()
	for id, g := range k.held {
		if g.place.session() == session {
			g.lose(ErrLeaseLost)
			delete(k.held, id)
		}
	}
	for id, r := range k.requests {
		delete(k.requests, id)
		close(r.granted)
	}
	k.mu.Unlock()
	k.change(func(l *line) { l.removeSession(session) }, nil)
}

// giveBack ends and releases all that this client has in the line, when it closes.
func (k *semaphoreCore) giveBack() {
	k.mu.Lock()
	for id, g := range k.held {
		g.lose(ErrClosed)
		delete(k.held, id)
	}
	k.mu.Unlock()
	done := make(chan error, 1)
	client := k.c.id + "-"
	k.change(func(l *line) { l.removeClient(client) }, done)
	select {
	case <-done:
	case <-k.c.life.Done():
	case <-time.After(attemptTime):
	}
}

func (k *semaphoreCore) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.requests, id)
	delete(k.held, id)
}
