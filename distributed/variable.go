package distributed

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Variable is one value that all processes see. Set or not, it is also an
// event. It is safe for use from several goroutines.
type Variable[T any] struct {
	c             *Client
	object        string
	subject       string
	noticeSubject string
	notice        *notifier
}

// variableHistory is how many values are kept, to know whether an Update
// without an answer has happened.
const variableHistory = 8

// OpenVariable opens the variable of that name, which is not set if there was
// none. It waits for servers that do not answer until ctx ends. It panics with
// [ErrMisuse] if the name is wrong.
//
// asyncio's Event, with a value and for all processes.
func OpenVariable[T any](ctx context.Context, c *Client, name string) (*Variable[T], error) {
	checkName("variable", name)
	subject := c.ns + ".wake.v." + token(name)
	v := &Variable[T]{c: c, object: "variable " + name, subject: c.bucketSubject("variables", token(name)), noticeSubject: subject, notice: c.notifierOf(subject)}
	err := c.read(ctx, v.op("Open"), func(ctx context.Context) error {
		_, err := c.bucket(ctx, jetstream.KeyValueConfig{Bucket: "variables", History: variableHistory})
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Variable[T]) op(name string) string { return v.object + ": " + name }

// revision is a value as the servers have it.
type revision[T any] struct {
	value  T
	set    bool
	number uint64 // 0: there never was one
}

// read reads the newest revision. A value that cannot be decoded is a permanent
// error, with the number of the revision.
func (v *Variable[T]) read(ctx context.Context) (r revision[T], err error) {
	m, err := v.c.fromLeader(ctx, v.c.bucketStream("variables"), selection{LastBySubject: v.subject})
	if err != nil || m == nil {
		return r, err
	}
	r.number = m.seq
	if m.isMarker() {
		return r, nil
	}
	if err := v.c.decode(m.data, &r.value); err != nil {
		return revision[T]{number: m.seq}, permanent{err}
	}
	r.set = true
	return r, nil
}

// message is one that sets the value. Its id is what it is known by when it is
// sent again.
func (v *Variable[T]) message(data []byte) *nats.Msg {
	id := v.c.nextID()
	m := &nats.Msg{Subject: v.subject, Data: data, Header: newHeader(id)}
	m.Header.Set(headerWriter, id)
	return m
}

// Set sets the value, for all. nil means that the servers have it. If ctx ends
// first, the error is the one of ctx, and [ErrUnconfirmed] too if it may be
// set. Other errors: [ErrClosed], [ErrCodec], [ErrTooLarge]. A Set happens
// before the Get that sees it.
//
// asyncio's Event.set.
func (v *Variable[T]) Set(ctx context.Context, value T) error {
	op := v.op("Set")
	if err := v.c.usable(ctx, op); err != nil {
		return err
	}
	data, err := v.c.encode(value)
	if err != nil {
		return failed(op, err)
	}
	return v.store(ctx, op, v.message(data))
}

// Clear makes it unset. The errors are those of [Variable.Set].
//
// asyncio's Event.clear.
func (v *Variable[T]) Clear(ctx context.Context) error {
	m := v.message(nil)
	m.Header.Set("KV-Operation", "DEL")
	return v.store(ctx, v.op("Clear"), m)
}

// store sends m until the servers have it, under one id.
func (v *Variable[T]) store(ctx context.Context, op string, m *nats.Msg) error {
	m.Header.Set(jetstream.MsgIDHeader, m.Header.Get(headerID))
	err := v.c.change(ctx, op, func(ctx context.Context) error {
		_, err := v.c.js.PublishMsg(ctx, m, jetstream.WithRetryAttempts(0))
		return err
	})
	if err == nil {
		v.notice.send()
	}
	return err
}

// Update sets the value to what fn returns for the newest one, and returns it:
// no change of another comes in between. fn is called in the goroutine of the
// caller, and may be called several times. An error of fn is returned as it is
// and changes nothing. If ctx ends first, the error is the one of ctx. It is
// [ErrUnconfirmed] too if the value may have been set. A nil fn panics with
// [ErrMisuse].
func (v *Variable[T]) Update(ctx context.Context, fn func(old T, set bool) (T, error)) (T, error) {
	if fn == nil {
		panic(misused("%s: Update with a nil function", v.object))
	}
	u := &updating[T]{v: v, op: v.op("Update")}
	for {
		done, err := u.try(ctx, fn)
		if done {
			if err != nil {
				return *new(T), err
			}
			v.notice.send()
			return u.value, nil
		}
		if err := u.stop(ctx, err); err != nil {
			return *new(T), err
		}
		v.c.sleep(ctx, rand.N(20*time.Millisecond)) //nolint:gosec // spreads tries, no secret
	}
}

// updating is one Update. A message whose outcome is not known is pending: it
// is looked for among the revisions after the one that it was made for, and
// sent again as it is while there is none. Only when another revision has come
// instead is fn called again.
type updating[T any] struct {
	v       *Variable[T]
	op      string
	value   T         // of the last message
	pending *nats.Msg // or nil
	base    uint64    // the revision that the last message was made for
}

// stop returns why it is given up, if it is.
func (u *updating[T]) stop(ctx context.Context, last error) error {
	var kinds []error
	if u.pending != nil {
		kinds = append(kinds, ErrUnconfirmed)
	}
	switch {
	case ctx.Err() != nil:
		return ended(ctx, u.op, troubleOf(last), kinds...)
	case u.v.c.open.Err() != nil && u.pending != nil:
		return failed(u.op, unconfirmed(ErrClosed))
	case u.v.c.open.Err() != nil:
		return failed(u.op, ErrClosed)
	}
	return nil
}

// try makes one try. It is done when the outcome is known.
func (u *updating[T]) try(ctx context.Context, fn func(old T, set bool) (T, error)) (done bool, err error) {
	if err := u.stop(ctx, nil); err != nil {
		return true, err
	}
	if u.pending != nil {
		if done, err = u.resolve(ctx); done || err != nil || u.pending != nil {
			return done, err
		}
	}
	old, err := u.read(ctx)
	if p, ok := err.(permanent); ok { //nolint:errorlint // read returns it as it is
		return true, failed(u.op, p.error)
	}
	if err != nil {
		return false, err
	}
	if u.value, err = fn(old.value, old.set); err != nil {
		return true, err
	}
	data, err := u.v.c.encode(u.value)
	if err != nil {
		return true, failed(u.op, err)
	}
	m := u.v.message(data)
	u.base = old.number
	err = u.publish(ctx, m)
	if mayHaveArrived(err) {
		u.pending = m
	}
	return err == nil, err
}

func (u *updating[T]) read(ctx context.Context) (revision[T], error) {
	attempt, cancel := u.v.c.attempt(ctx)
	defer cancel()
	return u.v.read(attempt)
}

func (u *updating[T]) publish(ctx context.Context, m *nats.Msg) error {
	attempt, cancel := u.v.c.attempt(ctx)
	defer cancel()
	_, err := u.v.c.js.PublishMsg(attempt, m, jetstream.WithExpectLastSequencePerSubject(u.base), jetstream.WithRetryAttempts(0))
	return err
}

// resolve finds out what has become of the pending message: it is the next
// revision after its base, or another is and it never will be, or there is none
// yet.
func (u *updating[T]) resolve(ctx context.Context) (done bool, err error) {
	attempt, cancel := u.v.c.attempt(ctx)
	defer cancel()
	after := u.base
	for n := 0; ; n++ {
		m, err := u.v.c.fromLeader(attempt, u.v.c.bucketStream("variables"), selection{Seq: after + 1, NextBySubject: u.v.subject})
		switch {
		case err != nil:
			return false, err
		case m == nil && n == 0:
			err := u.publish(ctx, u.pending)
			return err == nil, err
		case m == nil && n < variableHistory:
			u.pending = nil // another came instead
			return false, nil
		case m == nil: // it may have been among those that are not kept
			return true, failed(u.op, ErrUnconfirmed)
		case m.header.Get(headerWriter) == u.pending.Header.Get(headerWriter):
			return true, nil
		}
		after = m.seq
	}
}
