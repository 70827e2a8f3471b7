package distributed

import (
	"context"
	"fmt"
)

// acquire takes weight permits at once. With wait false it fails instead of
// waiting for other holders.
func (k *semaphoreCore) acquire(ctx context.Context, name string, weight int, wait bool) (*grant, error) {
	op := k.op(name)
	for {
		if _, err := k.session.current(ctx, op); err != nil {
			return nil, err
		}
		g, err := k.serve(ctx, op, k.newRequest(weight, wait))
		if g != nil || err != nil {
			return g, err
		}
		// The session was lost meanwhile: enter again, at the end.
	}
}

// serve waits until a request is served. It returns nil, nil if it has to enter
// again. A cancellation that meets the grant wins, and the permits go on.
func (k *semaphoreCore) serve(ctx context.Context, op string, r *request) (*grant, error) {
	for entered := r.entered; ; {
		select {
		case p, ok := <-r.granted:
			if !ok {
				k.leave(r)
				return nil, nil //nolint:nilnil // to enter again
			}
			return k.grantTo(ctx, op, r, p)
		case err := <-entered:
			entered = nil
			switch {
			case err != nil:
			case r.permits > 0:
				err = fmt.Errorf("%w: %d of %d permits wanted", ErrTooLarge, r.weight, r.permits)
			case r.full:
				err = ErrFull
			default:
				continue
			}
			k.leave(r)
			return nil, failed(op, err)
		case <-ctx.Done():
			k.leave(r)
			return nil, k.ended(ctx, op)
		case <-k.c.open.Done():
			k.leave(r)
			return nil, failed(op, ErrClosed)
		}
	}
}

// grantTo makes a grant of the place that a request was served with.
func (k *semaphoreCore) grantTo(ctx context.Context, op string, r *request, p place) (*grant, error) {
	if p.Token == 0 { // the semaphore has fewer permits now
		k.leave(r)
		return nil, failed(op, fmt.Errorf("%w: %d permits wanted", ErrTooLarge, r.weight))
	}
	g := k.hold(ctx, p)
	if !k.session.isAlive(p.session()) {
		g.lose(ErrLeaseLost)
		k.leave(r)
		return nil, nil //nolint:nilnil // to enter again
	}
	if err := k.c.usable(ctx, op); err != nil {
		g.end(nil)
		k.leave(r)
		return nil, err
	}
	return g, nil
}

func (k *semaphoreCore) ended(ctx context.Context, op string) error {
	k.mu.Lock()
	trouble := k.trouble
	k.mu.Unlock()
	if trouble != "" {
		return ended(ctx, op, trouble)
	}
	return ended(ctx, op, "waiting for other holders", ErrFull)
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
