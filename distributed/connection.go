package distributed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const opConnect = "Connect"

// dial makes the connection, and tries until ctx ends or the login is refused.
func (c *Client) dial(ctx context.Context, urls string, more []nats.Option) error {
	options := append(c.natsOptions(), more...)
	for trouble := ""; ; {
		conn, err := dialOnce(ctx, urls, options)
		if trouble == "" || ctx.Err() == nil { // not that ctx has ended the last try
			trouble = troubleOf(err)
		}
		switch {
		case err == nil:
			c.conn = conn
			c.js, err = jetstream.New(conn, jetstream.WithPublishAsyncTimeout(attemptTime), jetstream.WithPublishAsyncMaxPending(2*batchAhead))
			if err != nil {
				conn.Close()
				return failed(opConnect, err)
			}
			if c.cfg.Replicas == 0 {
				c.cfg.Replicas = 1
				if conn.ConnectedClusterName() != "" {
					c.cfg.Replicas = 3
				}
			}
			return nil
		case isRefused(err):
			return failed(opConnect, withoutURL(err))
		case ctx.Err() == nil:
			c.sleep(ctx, 100*time.Millisecond)
		}
		if ctx.Err() != nil {
			return ended(ctx, opConnect, trouble)
		}
	}
}

func (c *Client) natsOptions() []nats.Option {
	options := []nats.Option{
		nats.Name("asyncgo " + c.worker),
		nats.Timeout(attemptTime),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 200*time.Millisecond),
		nats.PingInterval(2 * time.Second), // a server that stands still is given up after three
		nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what were sent after the reconnect might be about a lease that is another's by then
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil && c.open.Err() == nil {
				c.log.Warn("distributed: connection lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(conn *nats.Conn) {
			c.log.Info("distributed: connection back", "server", conn.ConnectedServerName())
			c.returned.ring()
			c.leases.signAll()
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.log.Warn("distributed: connection trouble", "error", err)
		}),
	}
	if c.cfg.Token != "" {
		options = append(options, nats.Token(c.cfg.Token))
	}
	if c.cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(c.cfg.Credentials))
	}
	if c.cfg.TLS != nil {
		options = append(options, nats.Secure(c.cfg.TLS))
	}
	return options
}

// dialOnce is nats.Connect that returns when ctx ends.
func dialOnce(ctx context.Context, urls string, options []nats.Option) (*nats.Conn, error) {
	type result struct {
		conn *nats.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := nats.Connect(urls, options...)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
	}
	go func() { // bounded by the timeout of a connection
		if r := <-done; r.conn != nil {
			r.conn.Close()
		}
	}()
	return nil, nats.ErrTimeout
}

// withoutURL leaves out the address that could not be read: it may hold a
// password.
func withoutURL(err error) error {
	if bad, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("a server's URL cannot be read: %w", bad.Err)
	}
	return err
}

// isRefused reports that the servers do not accept the login, or that what it
// says cannot be read: another try does not mend that.
func isRefused(err error) bool {
	if _, ok := errors.AsType[*url.Error](err); ok || errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) ||
		errors.Is(err, nats.ErrAccountAuthExpired) || strings.EqualFold(err.Error(), nats.ErrAuthorization.Error())
}
