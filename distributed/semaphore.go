package distributed

import (
	"context"
)

// Semaphore is n permits for all processes together; with n = 1 it is a lock.
// It is safe for use from several goroutines.
//
// Requests are served first come, first served, in the order in which the
// servers see them. At most 64 of one client stand in that line; its others
// wait behind them, in order. Nothing overtakes.
//
// A permit is held for a lease after the client's last confirmed sign of life.
// A process that was stopped for longer may still run while another has its
// permit: a resource that must be safe from that is given (Slot, Token) with
// each request, and refuses a token smaller than the last one it saw for that
// slot.
type Semaphore struct {
	*semaphoreCore
}

// OpenSemaphore opens the semaphore of that name, and makes it if there is
// none. It returns [ErrMismatch] if it has another n, unless
// [Config].Reconfigure is set: more permits go to those that wait and fit,
// fewer take nothing away. It waits for servers that do not answer until ctx
// ends. It panics with [ErrMisuse] if the name is wrong, or n is not within 1
// to 4096.
//
// asyncio's Semaphore, for all processes.
func OpenSemaphore(ctx context.Context, c *Client, name string, n int) (*Semaphore, error) {
	checkName("semaphore", name)
	if n < 1 || n > maxPermits {
		panic(misused("semaphore %s: %d permits, not within 1 to %d", name, n, maxPermits))
	}
	k, err := c.openSemaphore(ctx, name, n)
	if err != nil {
		return nil, err
	}
	return &Semaphore{k}, nil
}

// Acquire waits for a permit. If ctx ends first, also in the moment of the
// grant, the error is the one of ctx, [errors.Is] finds [ErrFull] too, and the
// permit goes to the next in the line. It survives the loss of the client's
// session, at the end of the line. After Close it returns [ErrClosed].
//
// asyncio's Semaphore.acquire.
func (s *Semaphore) Acquire(ctx context.Context) (*Permit, error) {
	return permit(s.acquire(ctx, "Acquire", 1, true))
}

// TryAcquire is [Semaphore.Acquire] that returns [ErrFull] when no permit is
// free, or when others wait. It waits for the answer of the servers.
func (s *Semaphore) TryAcquire(ctx context.Context) (*Permit, error) {
	return permit(s.acquire(ctx, "TryAcquire", 1, false))
}

// Do calls fn with a permit, and releases it on every way out. The context of
// fn derives from ctx and ends with the permit. If the lease was lost and fn
// returned nil, the error is [ErrLeaseLost]. A panic passes through. Errors of
// waiting are those of [Semaphore.Acquire]. A nil fn panics with [ErrMisuse].
//
// async with on asyncio's Semaphore.
func (s *Semaphore) Do(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if fn == nil {
		panic(misused("%s: Do of a nil function", s.object))
	}
	p, err := permit(s.acquire(ctx, "Do", 1, true))
	if err != nil {
		return err
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(p.g.ctx, func() { cancel(context.Cause(p.g.ctx)) })
	defer stop()
	defer func() {
		if lost := p.Release(); lost != nil && err == nil {
			err = lost
		}
	}()
	return fn(within)
}

// Permit is one of a semaphore's permits, held.
type Permit struct{ g *grant }

func permit(g *grant, err error) (*Permit, error) {
	if err != nil {
		return nil, err
	}
	return &Permit{g}, nil
}

// Context returns a context that ends with Release, with the cause
// [context.Canceled], or when the permit may no longer be this process's own,
// with [ErrLeaseLost] or [ErrClosed]. It has the values of the context of
// Acquire.
func (p *Permit) Context() context.Context { return p.g.ctx }

// Token returns a number that grows with each grant of the semaphore, in
// whatever process, also over restarts of the servers.
func (p *Permit) Token() uint64 { return p.g.place.Token }

// Slot returns which of the permits it is: 0 to n-1, and never that of another
// permit held at the same time. After a reduction a slot may be n or more.
func (p *Permit) Slot() int { return p.g.place.Slots[0] }

// Release gives the permit back. nil means that it was this process's own until
// then, [ErrLeaseLost] that it may not have been. It waits for servers that do
// not answer until the lease is over. Later calls return what the first has
// returned. A Release happens before the Acquire that it lets through.
//
// asyncio's Semaphore.release.
func (p *Permit) Release() error { return p.g.release() }
