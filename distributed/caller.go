package distributed

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// caller is a client's part as a caller: the calls that wait for their answers,
// by id. It is made with the first call or Serve.
type caller struct {
	c *Client

	mu      sync.Mutex
	pending map[string]chan *answer // each has room for one
}

func (c *Client) callStream() string { return c.ns + "_calls" }

// callSubject is that of one call: with it the call can be found and taken
// back.
func (c *Client) callSubject(name, id string) string {
	return c.ns + ".call." + token(name) + "." + id
}

func (c *Client) cancelSubject(id string) string { return c.ns + ".cancel." + id }

// resultSubject is where the answer to a call goes: the caller listens for all
// of its own.
func (c *Client) resultSubject(id string) string {
	return c.ns + ".result." + strings.Replace(id, "-", ".", 1)
}

func (c *Client) callerOf(ctx context.Context, op string) (*caller, error) {
	c.mu.Lock()
	r := c.caller
	c.mu.Unlock()
	if r != nil {
		return r, nil
	}
	if err := c.settingUp.Lock(ctx); err != nil { // what one has made the others find
		return nil, ended(ctx, op, "")
	}
	defer c.settingUp.Unlock()
	c.mu.Lock()
	r = c.caller
	c.mu.Unlock()
	if r != nil {
		return r, nil
	}
	err := c.read(ctx, op, func(ctx context.Context) error {
		_, err := c.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: c.callStream(), Subjects: []string{c.ns + ".call.*.*"}, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardNew, Replicas: c.cfg.Replicas, Duplicates: defaultWindow,
		})
		if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return err
		}
		_, err = c.bucket(ctx, jetstream.KeyValueConfig{Bucket: "results", LimitMarkerTTL: time.Second})
		return err
	})
	if err != nil {
		return nil, err
	}
	r = &caller{c: c, pending: map[string]chan *answer{}}
	if _, err := c.conn.Subscribe(c.ns+".result."+c.id+".*", r.received); err != nil {
		return nil, failed(op, ErrClosed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caller = r
	return r, nil
}

// received takes the answer to a call and confirms it, also if nothing waits
// for it any more.
func (r *caller) received(m *nats.Msg) {
	a, err := unpack(m.Data)
	if err != nil {
		return
	}
	serial := m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]
	id := r.c.id + "-" + serial
	r.mu.Lock()
	waiting := r.pending[id]
	delete(r.pending, id)
	r.mu.Unlock()
	if waiting != nil {
		waiting <- a
	}
	if m.Reply != "" {
		_ = m.Respond(nil)
	}
}

func (r *caller) message(name, id string, data []byte) *nats.Msg {
	m := &nats.Msg{Subject: r.c.callSubject(name, id), Data: data, Header: newHeader(id)}
	m.Header.Set(jetstream.MsgIDHeader, id)
	return m
}

// submit stores a call, and returns its sequence and whether its id was known.
// With an error, the call is stored if that is ErrUnconfirmed, or may be.
func (r *caller) submit(ctx context.Context, op, name string, m *nats.Msg) (seq uint64, known bool, err error) {
	var doubt time.Time
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		sent := time.Now()
		try, cancel := r.c.attempt(ctx)
		ack, err := r.c.js.PublishMsg(try, m, jetstream.WithRetryAttempts(0))
		cancel()
		if err == nil {
			r.c.notifierOf(r.c.ns + ".wake.call." + token(name)).send()
			return ack.Sequence, ack.Duplicate, nil
		}
		if mayHaveArrived(err) && doubt.IsZero() {
			doubt = sent
		}
		var kinds []error
		if !doubt.IsZero() {
			kinds = append(kinds, ErrUnconfirmed)
		}
		switch {
		case ctx.Err() != nil:
			return 0, false, ended(ctx, op, troubleOf(err), kinds...)
		case r.c.open.Err() != nil && !doubt.IsZero():
			return 0, false, failed(op, unconfirmed(ErrClosed))
		case r.c.open.Err() != nil:
			return 0, false, failed(op, ErrClosed)
		case !doubt.IsZero() && time.Since(doubt) > defaultWindow/2:
			return 0, false, failed(op, unconfirmed(err))
		}
		r.c.sleep(ctx, pause)
	}
}

// call makes one call and waits for its answer.
func (r *caller) call(ctx context.Context, op, name string, data []byte) (*answer, error) {
	id := r.c.nextID()
	got := make(chan *answer, 1)
	r.mu.Lock()
	r.pending[id] = got
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.pending, id)
		r.mu.Unlock()
	}()
	seq, _, err := r.submit(ctx, op, name, r.message(name, id, data))
	if err != nil {
		if errors.Is(err, ErrUnconfirmed) {
			r.takeBack(name, id)
		}
		return nil, err
	}
	const lookEvery = 5 * time.Second
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for missing := 0; ; {
		back := r.c.returned.next()
		select {
		case a := <-got:
			return a, nil
		case <-back:
		case <-look.C:
		case <-ctx.Done():
			select {
			case a := <-got: // delivery wins
				return a, nil
			default:
			}
			r.takeBack(name, id)
			return nil, ended(ctx, op, "no worker has answered yet")
		case <-r.c.open.Done():
			r.takeBack(name, id)
			return nil, failed(op, ErrClosed)
		}
		// The answer may have been stored for a caller that did not hear it.
		a, gone := r.find(id, seq)
		switch {
		case a != nil:
			return a, nil
		case !gone:
			missing = 0
		case missing > 0:
			return nil, failed(op, unconfirmed(errNoResult))
		default:
			missing++
		}
	}
}

var errNoResult = errors.New("the call has ended and its result is not kept")

// find looks for a stored answer that is not older than the call, and whether
// the call is gone. An answer is stored before its call is removed, so it is
// looked for again when the call is gone.
func (r *caller) find(id string, seq uint64) (a *answer, gone bool) {
	ctx, cancel := r.c.within(attemptTime)
	defer cancel()
	for {
		a, err := r.kept(ctx, id)
		switch {
		case err != nil:
			return nil, false
		case a != nil && a.Seq >= seq:
			return a, false
		case gone:
			return nil, true
		}
		if gone = r.isGone(ctx, seq); !gone {
			return nil, false
		}
	}
}

// kept returns the answer that is stored under id, or nil.
func (r *caller) kept(ctx context.Context, id string) (*answer, error) {
	m, err := r.c.fromLeader(ctx, r.c.bucketStream("results"), selection{LastBySubject: r.c.bucketSubject("results", id)})
	if err != nil || m == nil || m.isMarker() {
		return nil, err
	}
	a, err := unpack(m.data)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a foreign message is no answer
	}
	return a, nil
}

// isGone reports that a call has ended.
func (r *caller) isGone(ctx context.Context, seq uint64) bool {
	m, err := r.c.fromLeader(ctx, r.c.callStream(), selection{Seq: seq})
	return err == nil && m == nil
}

// takeBack removes a call in the background if no worker has it, and ends the
// context of its handler otherwise. The servers have to confirm it several
// times: the call, or the handler's subscription, may still be on its way.
// While they do not answer it goes on, but in a client that closes no longer
// than it takes a cluster to replace a server.
func (r *caller) takeBack(name, id string) {
	const times, pause, patience = 4, 150 * time.Millisecond, 10 * time.Second
	r.c.errand(func() {
		var closing time.Time
		for confirmed := 0; confirmed < times && r.c.life.Err() == nil; r.c.sleepOn(pause) {
			if r.c.open.Err() != nil {
				if closing.IsZero() {
					closing = time.Now()
				}
				if time.Since(closing) > patience {
					return
				}
			}
			handled, removed := r.tryTakeBack(name, id)
			if handled {
				return
			}
			if removed {
				confirmed++
			}
		}
	})
}

// tryTakeBack reports whether a handler has confirmed that its context ends, or
// the servers that they do not have the call any more.
func (r *caller) tryTakeBack(name, id string) (handled, removed bool) {
	ctx, cancel := r.c.within(attemptTime)
	defer cancel()
	if _, err := r.c.conn.RequestWithContext(ctx, r.c.cancelSubject(id), nil); err == nil {
		return true, false
	}
	stream, err := r.c.js.Stream(ctx, r.c.callStream())
	if err == nil {
		err = stream.Purge(ctx, jetstream.WithPurgeSubject(r.c.callSubject(name, id)))
	}
	return false, err == nil
}
