package distributed

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	attemptTime = 2 * time.Second        // of one try of an operation
	answerGrace = 350 * time.Millisecond // a try outlives its context by that
	poll        = 250 * time.Millisecond // between two looks, if a notice is lost
)

// usable returns nil while an operation may begin, or go on.
func (c *Client) usable(ctx context.Context, op string) error {
	switch {
	case ctx.Err() != nil:
		return ended(ctx, op, "")
	case c.open.Err() != nil:
		return failed(op, ErrClosed)
	}
	return nil
}

// attempt bounds one try of an operation. The try outlives ctx by a moment, so
// that an answer on its way still arrives and the outcome is known.
func (c *Client) attempt(ctx context.Context) (context.Context, context.CancelFunc) {
	try, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTime)
	stopCtx := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
	stopLife := context.AfterFunc(c.life, cancel)
	return try, func() {
		stopCtx()
		stopLife()
		cancel()
	}
}

// within is the context of a try that takes no longer than d, and ends with the
// client.
func (c *Client) within(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.life, min(d, attemptTime))
}

// permanent marks an error that another try does not mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// read repeats a try that changes nothing until it succeeds. It gives up with a
// permanent error, the end of ctx, or Close.
func (c *Client) read(ctx context.Context, op string, try func(ctx context.Context) error) error {
	return c.repeat(ctx, op, try, func(error) bool { return false })
}

// change is read for a try that changes something and may be repeated. The
// error is ErrUnconfirmed if a try may have succeeded.
func (c *Client) change(ctx context.Context, op string, try func(ctx context.Context) error) error {
	return c.repeat(ctx, op, try, mayHaveArrived)
}

func (c *Client) repeat(ctx context.Context, op string, try func(ctx context.Context) error, doubtful func(error) bool) error {
	var kinds []error
	var last error
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		if ctx.Err() != nil {
			return ended(ctx, op, troubleOf(last), kinds...)
		}
		if c.open.Err() != nil {
			if len(kinds) > 0 {
				return failed(op, unconfirmed(ErrClosed))
			}
			return failed(op, ErrClosed)
		}
		attempt, cancel := c.attempt(ctx)
		last = try(attempt)
		cancel()
		if last == nil {
			return nil
		}
		if p := (permanent{}); errors.As(last, &p) {
			return failed(op, p.error)
		}
		if doubtful(last) {
			kinds = []error{ErrUnconfirmed}
		}
		c.sleep(ctx, pause)
	}
}

// sleep returns after d, or when ctx ends or the client closes.
func (c *Client) sleep(ctx context.Context, d time.Duration) { c.await(ctx, d, nil) }

// await is sleep that also returns when notice closes, and then reports true.
func (c *Client) await(ctx context.Context, d time.Duration, notice <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-notice:
		return true
	case <-timer.C:
	case <-ctx.Done():
	case <-c.open.Done():
	}
	return false
}

// sleepOn is sleep for what goes on while the client closes.
func (c *Client) sleepOn(d time.Duration) { c.sleepOnUntil(d, nil) }

// sleepOnUntil is sleepOn that also returns when notice closes.
func (c *Client) sleepOnUntil(d time.Duration, notice <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-notice:
	case <-timer.C:
	case <-c.life.Done():
	}
}

// mayHaveArrived reports that a request that failed with err may have been
// carried out: there was no answer to it.
func mayHaveArrived(err error) bool {
	var refused *jetstream.APIError
	return err != nil && !errors.As(err, &refused) && !notSent(err)
}

// notSent reports that a request that failed with err has reached no server, or
// no server that would do it.
func notSent(err error) bool {
	for _, target := range []error{
		nats.ErrNoResponders, jetstream.ErrNoStreamResponse, nats.ErrReconnectBufExceeded,
		nats.ErrConnectionReconnecting, nats.ErrConnectionClosed, nats.ErrInvalidConnection, nats.ErrConnectionDraining,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
