package distributed

import "context"

// Close ends the client. In this order: new operations and those that wait get
// [ErrClosed]; [Serve] takes no more calls, and its handlers have
// [Config].Grace to end; the contexts of items and permits that are still held
// end with the cause ErrClosed, and they are given back at once; calls under
// way are canceled; the connection closes. No goroutine is left then.
//
// If ctx ends first, everything is dropped at once and comes back when its
// lease has run out, and the error is the one of ctx. Another Close waits for
// the first.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	first := !c.closing
	c.closing = true
	c.mu.Unlock()
	if first {
		c.refuse()
		go c.shutDown()
	}
	select {
	case <-c.closed:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-c.closed:
		return nil
	default:
	}
	c.die()
	c.conn.Close()
	return ended(ctx, "Close", "what is held comes back when its lease has run out")
}

// shutDown ends what runs, in the order that Close promises.
func (c *Client) shutDown() {
	defer close(c.closed)
	c.serving.drain()
	c.calls.drain()
	c.sources.drain()
	c.leases.giveBack()
	c.mu.Lock()
	session := c.session
	c.mu.Unlock()
	if session != nil {
		session.close()
	}
	c.errands.drain()
	_ = c.conn.FlushTimeout(attemptTime)
	c.die()
	c.conn.Close()
	c.upkeep.drain()
	if c.after != nil {
		c.after()
	}
}
