package distributed

import (
	"context"
	"fmt"
)

// acquire takes weight permits at once. With wait false it fails instead of
// waiting for other holders.
func (k *semaphoreCore) acquire(ctx context.Context, name string, weight int, wait bool) (*grant, error) {
	op := k.op(name)
	if err := k.c.usable(ctx, op); err != nil {
		return nil, err
	}
	if wait {
		either, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(k.c.open, cancel)()
		if k.gate.Acquire(either) != nil {
			if ctx.Err() != nil {
				return nil, k.ended(ctx, op)
			}
			return nil, failed(op, ErrClosed)
		}
		defer k.gate.Release()
	}
	for {
		g, err := k.enter(ctx, op, weight, wait)
		if g != nil || err != nil {
			return g, err
		}
		// The session was lost meanwhile: enter again, at the end.
	}
}

func (k *semaphoreCore) ended(ctx context.Context, op string) error {
	k.mu.Lock()
	trouble := k.trouble
	k.mu.Unlock()
	if trouble == "" {
		trouble = "waiting for other holders"
	}
	return ended(ctx, op, trouble, ErrFull)
}

// entering is what the change of one request has found in the line.
type entering struct {
	full    bool
	permits int // of the semaphore, if it has too few; else 0
}

// enter waits in the line once. It returns nil, nil if the place was lost with the
// session. A cancellation that meets the grant wins, and the permits go on.
func (k *semaphoreCore) enter(ctx context.Context, op string, weight int, wait bool) (*grant, error) {
	session, err := k.session.current(ctx, op)
	if err != nil {
		return nil, err
	}
	id := session + "/" + k.c.nextSerial()
	r := &request{granted: make(chan place, 1)}
	k.mu.Lock()
	k.requests[id] = r
	k.mu.Unlock()
	k.hurryUp()
	leave := func() {
		k.forget(id)
		k.change(func(l *line) { l.remove(id) }, nil)
	}
	var found entering
	entered := make(chan error, 1)
	k.change(func(l *line) {
		found = entering{}
		switch {
		case l.find(id) != nil:
		case weight > l.Permits:
			found.permits = l.Permits
		case !wait && !l.fits(weight):
			found.full = true
		default:
			l.enter(id, weight)
		}
	}, entered)
	for {
		select {
		case p, ok := <-r.granted:
			switch {
			case !ok:
				return nil, nil //nolint:nilnil // to enter again
			case p.Token == 0:
				leave()
				return nil, failed(op, fmt.Errorf("%w: %d permits wanted", ErrTooLarge, weight))
			}
			g := k.hold(ctx, p)
			if !k.session.isAlive(session) {
				g.lose(ErrLeaseLost)
				leave()
				return nil, nil //nolint:nilnil // to enter again
			}
			if err := k.c.usable(ctx, op); err != nil {
				g.end(nil)
				leave()
				return nil, err
			}
			return g, nil
		case err := <-entered:
			entered = nil
			switch {
			case err != nil:
				k.forget(id)
				return nil, failed(op, err)
			case found.permits > 0:
				k.forget(id)
				return nil, failed(op, fmt.Errorf("%w: %d of %d permits wanted", ErrTooLarge, weight, found.permits))
			case found.full:
				k.forget(id)
				return nil, failed(op, ErrFull)
			}
		case <-ctx.Done():
			leave()
			return nil, k.ended(ctx, op)
		case <-k.c.open.Done():
			leave()
			return nil, failed(op, ErrClosed)
		}
	}
}

// hurryUp lets follow know that something waits.
func (k *semaphoreCore) hurryUp() {
	select {
	case k.hurry <- struct{}{}:
	default:
	}
}

// hold makes the grant of a place that holds.
func (k *semaphoreCore) hold(ctx context.Context, p place) *grant {
	g := &grant{k: k, place: p}
	g.ctx, g.end = context.WithCancelCause(context.WithoutCancel(ctx))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held[p.ID] = g
	return g
}

