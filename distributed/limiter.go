package distributed

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Limiter returns the semaphore as a taskgroup.Limiter, and the context to make
// the group with. The context derives from ctx, and ends with the cause
// [ErrLeaseLost] when a permit held through the limiter is lost, so the group
// is canceled ([ErrClosed] when the client gives it back).
//
// AcquireN is one request for n permits at once, which nothing overtakes; more
// than the semaphore has is [ErrTooLarge]. TryAcquireN waits for the servers,
// but at most 2 s, and then reports false. ReleaseN waits like
// [Permit.Release]; more than is held through this limiter panics with
// [ErrMisuse], as does n < 1.
func (s *Semaphore) Limiter(ctx context.Context) (context.Context, interface {
	AcquireN(ctx context.Context, n int) error
	TryAcquireN(n int) bool
	ReleaseN(n int)
},
) {
	within, lose := context.WithCancelCause(ctx)
	return within, &limiter{k: s.semaphoreCore, lose: lose}
}

// limiter holds grants and gives them back by number. mu guards held.
type limiter struct {
	k    *semaphoreCore
	lose context.CancelCauseFunc

	mu   sync.Mutex
	held []limiterGrant
}

// limiterGrant is a grant of which some permits may have been released here.
// The servers get it back when all have.
type limiterGrant struct {
	*grant
	left int
}

func (l *limiter) AcquireN(ctx context.Context, n int) error {
	return l.acquire(ctx, "AcquireN", n, true)
}

func (l *limiter) TryAcquireN(n int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), attemptTime)
	defer cancel()
	return l.acquire(ctx, "TryAcquireN", n, false) == nil
}

func (l *limiter) acquire(ctx context.Context, name string, n int, wait bool) error {
	if n < 1 {
		panic(misused("%s: %s of %d permits", l.k.object, name, n))
	}
	g, err := l.k.acquire(ctx, name, n, wait)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.held = append(l.held, limiterGrant{g, n})
	l.mu.Unlock()
	context.AfterFunc(g.ctx, func() {
		if cause := context.Cause(g.ctx); errors.Is(cause, ErrLeaseLost) || errors.Is(cause, ErrClosed) {
			l.lose(cause)
		}
	})
	return nil
}

func (l *limiter) ReleaseN(n int) {
	for _, g := range l.take(n) {
		_ = g.release()
	}
}

// take removes n permits from those that are held, and returns the grants of
// which none is left: one of just that size if there is one, else the oldest.
func (l *limiter) take(n int) (empty []*grant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	total := 0
	for _, g := range l.held {
		total += g.left
	}
	if n < 1 || n > total {
		panic(misused("%s: ReleaseN of %d permits, %d are held", l.k.object, n, total))
	}
	if i := slices.IndexFunc(l.held, func(g limiterGrant) bool { return g.left == n }); i >= 0 {
		empty = append(empty, l.held[i].grant)
		l.held = slices.Delete(l.held, i, i+1)
		return empty
	}
	for n > 0 {
		first := &l.held[0]
		if first.left > n {
			first.left -= n
			break
		}
		n -= first.left
		empty = append(empty, first.grant)
		l.held = slices.Delete(l.held, 0, 1)
	}
	return empty
}
