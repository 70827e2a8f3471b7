package distributed

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Put puts v in, and waits while MaxSize items are unfinished: waiting or held.
// The puts of one client that wait enter first come, first served. nil means
// that the servers have it. The same key as that of a remembered item is nil
// and stores nothing, also while the queue is full.
//
// If ctx is done, nothing is sent. If it ends first, the error is the one of
// ctx; [errors.Is] finds [ErrFull] too if it waited for room, and
// [ErrUnconfirmed] if the item may be in. Other errors: [ErrShutdown],
// [ErrClosed], [ErrCodec], [ErrTooLarge], and ErrUnconfirmed when half of
// Window has passed without an answer. It panics with [ErrMisuse] in case of a
// wrong key, or on a queue of dead letters. A put happens before the Get that
// receives it.
//
// asyncio's Queue.put, where get makes the room; here [Item.Done] does.
func (q *Queue[T]) Put(ctx context.Context, v T) error { return q.put(ctx, "Put", v, 0, true) }

// TryPut is [Queue.Put] that returns [ErrFull] instead of waiting for room,
// also when other puts of this client wait. It waits for the answer of the
// servers.
//
// asyncio's Queue.put_nowait.
func (q *Queue[T]) TryPut(ctx context.Context, v T) error { return q.put(ctx, "TryPut", v, 0, false) }

// PutAfter is [Queue.Put] of an item that is handed out when delay has passed
// since it was stored, by the clocks of server and worker, and soon after. It
// is unfinished from the start. A negative delay panics with [ErrMisuse].
func (q *Queue[T]) PutAfter(ctx context.Context, delay time.Duration, v T) error {
	if delay < 0 {
		panic(misused("%s: PutAfter with a negative delay", q.object))
	}
	return q.put(ctx, "PutAfter", v, delay, true)
}

func (q *Queue[T]) put(ctx context.Context, name string, v T, delay time.Duration, wait bool) error {
	q.notDead(name)
	op := q.op(name)
	id, level := q.identify(v)
	if err := q.c.usable(ctx, op); err != nil {
		return err
	}
	data, err := q.c.encode(v)
	if err != nil {
		return failed(op, err)
	}
	return q.store(ctx, op, q.message(id, level, data, delay), wait)
}

// identify calls the callbacks of the queue: the key, or "", and the level.
func (q *Queue[T]) identify(v T) (key string, level int) {
	if q.cfg.Key != nil {
		key = q.cfg.Key(v)
		checkKey(q.object, key)
	}
	if q.cfg.Level != nil {
		level = q.cfg.Level(v)
	}
	return key, level
}

func (k *queueCore) message(id string, level int, data []byte, delay time.Duration) *nats.Msg {
	if id == "" {
		id = k.c.nextID()
	}
	m := &nats.Msg{Subject: k.subject(level), Data: data, Header: newHeader(id)}
	m.Header.Set(jetstream.MsgIDHeader, id)
	if delay > 0 {
		after := min(delay, longestPause).Milliseconds()
		if delay%time.Millisecond > 0 {
			after++ // not before delay has passed
		}
		m.Header.Set(headerAfter, strconv.FormatInt(after, 10))
	}
	return m
}

// subject is that of a level; beyond the ends the nearest counts.
func (k *queueCore) subject(level int) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.prefix + strconv.Itoa(min(max(level, 0), k.levels-1))
}

// isFull reports that a stream refuses a message because it has as many as it
// may.
func isFull(err error) bool {
	const storeFailed = 10077 // there are other reasons for it
	var refused *jetstream.APIError
	return errors.As(err, &refused) && refused.ErrorCode == storeFailed && strings.Contains(refused.Description, "maximum messages")
}

// storing is the put of one message: the same id with each try.
//
// It tries until the servers have it, or refuse it. While they say that the
// queue is full it holds room, which the client's puts hold one after the
// other, so that one try is made for each notice and they enter in order. doubt
// is when the first try was sent whose outcome is not known.
type storing struct {
	k       *queueCore
	op      string
	m       *nats.Msg
	hasRoom bool
	isFull  bool
	doubt   time.Time
	last    error
}

func (k *queueCore) store(ctx context.Context, op string, m *nats.Msg, wait bool) error {
	return (&storing{k: k, op: op, m: m}).run(ctx, wait)
}

func (s *storing) run(ctx context.Context, wait bool) error {
	k, op := s.k, s.op
	defer s.leave()
	if k.room.Locked() {
		if !wait {
			return failed(op, ErrFull)
		}
		s.isFull = true
		if err := s.enter(ctx); err != nil {
			return err
		}
	}
	for pause := 5 * time.Millisecond; ; {
		notice := k.source.news.next()
		done, err := s.try(ctx)
		switch {
		case done:
			return err
		case ctx.Err() != nil:
			return s.ended(ctx)
		case k.c.open.Err() != nil:
			return s.fail(ErrClosed)
		case s.isFull && !wait:
			return failed(op, ErrFull)
		case s.isFull && !s.hasRoom:
			if err := s.enter(ctx); err != nil {
				return err
			}
		case s.isFull:
			k.c.await(ctx, poll, notice)
		default:
			k.c.sleep(ctx, pause)
			pause = min(2*pause, 250*time.Millisecond)
		}
	}
}

// try sends the message once, and reports whether the outcome is known.
func (s *storing) try(ctx context.Context) (done bool, err error) {
	try, cancel := s.k.c.attempt(ctx)
	defer cancel()
	sent := time.Now()
	_, err = s.k.c.js.PublishMsg(try, s.m, jetstream.WithRetryAttempts(0))
	var refused *jetstream.APIError
	switch {
	case err == nil:
		s.k.notice.send()
		return true, nil
	case isFull(err):
		s.isFull, s.last = true, ErrFull
		s.doubt = time.Time{} // what is in would have been answered as a duplicate
		return false, nil
	case notSent(err):
		// Perhaps the subjects are gone, since the queue is shut down.
		if _, lerr := s.k.look(try); lerr == nil && s.k.down() {
			return true, s.fail(ErrShutdown)
		}
	case errors.As(err, &refused):
		if refused.Code == 400 {
			return true, s.fail(err)
		}
	case s.doubt.IsZero():
		s.doubt = sent
	}
	s.isFull, s.last = false, err
	if s.isTooLate() {
		return true, failed(s.op, unconfirmed(err))
	}
	return false, nil
}

// isTooLate reports that the message may be in, and that the servers may soon
// have forgotten its id.
func (s *storing) isTooLate() bool {
	return !s.doubt.IsZero() && time.Since(s.doubt) > s.k.remembered()/2
}

func (s *storing) fail(err error) error {
	if !s.doubt.IsZero() {
		err = unconfirmed(err)
	}
	return failed(s.op, err)
}

func (s *storing) ended(ctx context.Context) error {
	var kinds []error
	if s.isFull {
		kinds = append(kinds, ErrFull)
	}
	if !s.doubt.IsZero() {
		kinds = append(kinds, ErrUnconfirmed)
	}
	return ended(ctx, s.op, troubleOf(s.last), kinds...)
}

// enter waits behind the puts of this client that wait for room.
func (s *storing) enter(ctx context.Context) error {
	s.last = ErrFull
	either, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.k.c.open, cancel)()
	if s.k.room.Lock(either) == nil {
		s.hasRoom = true
		return nil
	}
	if ctx.Err() != nil {
		return s.ended(ctx)
	}
	return s.fail(ErrClosed)
}

func (s *storing) leave() {
	if s.hasRoom {
		s.k.room.Unlock()
	}
}

// remembered is how long the servers remember an id.
func (k *queueCore) remembered() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.window
}
