package distributed

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	maxPermits = 4096
	maxWaiters = 64 // of one client in the line
)

// semaphoreCore is what the handles of one semaphore in one client share.
//
// One goroutine, write, applies the changes of this client to the line, several
// at once; another, follow, looks at it while something waits. Whatever sees a
// newer line calls see, which serves the requests. Up to 64 requests of the
// client stand in the line; the others are behind, in order, and whatever takes
// one out of the line lets the next one in, so that nothing overtakes.
type semaphoreCore struct {
	c             *Client
	object        string
	subject       string // of the line
	noticeSubject string
	session       *session
	waiter        chan struct{} // has room for one: something waits
	work          chan struct{} // has room for one: there are changes
	news          listener

	mu       sync.Mutex // guards what follows
	changes  []lineChange
	seen     line
	revision uint64
	seenAt   time.Time
	trouble  string
	requests map[string]*request // by place: those in the line
	inLine   int                 // of requests, those that wait
	behind   list.List           // of *request
	held     map[string]*grant   // by place
}

func (c *Client) openSemaphore(ctx context.Context, name string, n int) (*semaphoreCore, error) {
	c.mu.Lock()
	k := c.semas[name]
	if k == nil {
		k = &semaphoreCore{
			c: c, object: "semaphore " + name, subject: c.bucketSubject("semaphores", token(name)), noticeSubject: c.ns + ".wake.s." + token(name),
			session: c.session, waiter: make(chan struct{}, 1), work: make(chan struct{}, 1),
			requests: map[string]*request{}, held: map[string]*grant{},
		}
	}
	c.mu.Unlock()
	err := c.read(ctx, k.op("Open"), func(ctx context.Context) error {
		if err := k.create(ctx, n); err != nil {
			return err
		}
		return k.reap(ctx)
	})
	if err != nil {
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

// change has the line changed by the writer, in the order of the calls. apply
// may be called twice.
func (k *semaphoreCore) change(apply func(*line), done chan<- error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changeLocked(apply, done)
}

func (k *semaphoreCore) changeLocked(apply func(*line), done chan<- error) {
	k.changes = append(k.changes, lineChange{apply, done})
	select {
	case k.work <- struct{}{}:
	default:
	}
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
	return k.inLine > 0
}

func (k *semaphoreCore) isOld() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Since(k.seenAt) >= poll
}

// see takes a line that was read, received or written. Requests whose place
// holds are served; those whose place is gone enter again: a session was taken
// for ended.
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
			k.takeOut(r)
			close(r.granted)
		case p == nil:
		case p.Token != 0 || p.weight() > l.Permits:
			k.takeOut(r)
			r.granted <- *p
		default:
			r.in = revision
		}
	}
}

// sessionLost ends what is held under a session, and lets what waits enter
// again.
func (k *semaphoreCore) sessionLost(session string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, g := range k.held {
		if g.place.session() == session {
			g.lose(ErrLeaseLost)
			delete(k.held, id)
		}
	}
	for _, r := range k.requests {
		close(r.granted)
	}
	clear(k.requests)
	k.inLine = 0
	k.letIn()
	k.changeLocked(func(l *line) { l.removeSession(session) }, nil)
}

// giveBack ends and releases all that this client has in the line, when it
// closes.
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
	case <-done: //nolint:errcheck // what is not given back ends with the session
	case <-k.c.life.Done():
	case <-time.After(attemptTime):
	}
}

func (k *semaphoreCore) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.held, id)
}
