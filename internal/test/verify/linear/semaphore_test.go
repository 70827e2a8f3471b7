package linear_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"example.com/asyncgo/semaphore"
)

// permits is what the histories need of a semaphore.
type permits interface {
	AcquireN(ctx context.Context, n int) error
	TryAcquireN(n int) bool
	ReleaseN(n int)
	Resize(n int)
	Close()
}

const limit = 3

// permitState is the sequential semaphore.
type permitState struct {
	limit, held int
	closed      bool
}

var permitModel = porcupine.NondeterministicModel{
	Init: func() []any { return []any{permitState{limit: limit}} },
	Step: func(state, in, out any) []any {
		s, c := state.(permitState), in.(call)
		switch c.op {
		case "acquire":
			switch out {
			case "ok":
				return next(!s.closed && s.held+c.n <= s.limit, permitState{s.limit, s.held + c.n, s.closed})
			case "closed":
				return next(s.closed, s)
			case "too large":
				return next(!s.closed && s.limit > 0 && c.n > s.limit, s)
			}
			return next(out == "canceled", s) // leaves no trace
		case "try":
			if out == true {
				return next(!s.closed && s.held+c.n <= s.limit, permitState{s.limit, s.held + c.n, s.closed})
			}
			return []any{s} // somebody may be waiting
		case "release":
			return next(s.held >= c.n, permitState{s.limit, s.held - c.n, s.closed})
		case "resize":
			return []any{permitState{c.n, s.held, s.closed}}
		case "close":
			return []any{permitState{s.limit, s.held, true}}
		}
		return nil
	},
}

// hammer takes permits in every way and gives them all back.
func hammer(s permits) workload {
	return func(h *history, client int, r *rand.Rand) {
		for range operations {
			n := 1 + r.IntN(2)
			got := false
			switch r.IntN(12) {
			case 0:
				size := 1 + r.IntN(limit)
				h.do(client, call{"resize", size}, func() any { s.Resize(size); return nil })
			case 1:
				if r.IntN(8) == 0 {
					h.do(client, call{"close", 0}, func() any { s.Close(); return nil })
				}
			case 2, 3, 4:
				h.do(client, call{"try", n}, func() any { got = s.TryAcquireN(n); return got })
			default:
				ctx, done := impatient(r)
				h.do(client, call{"acquire", n}, func() any {
					err := s.AcquireN(ctx, n)
					switch {
					case err == nil:
						got = true
						return "ok"
					case errors.Is(err, semaphore.ErrClosed):
						return "closed"
					case errors.Is(err, semaphore.ErrTooLarge):
						return "too large"
					case errors.Is(err, context.Canceled):
						return "canceled"
					}
					return err
				})
				done()
			}
			if got {
				jitter(r)
				h.do(client, call{"release", n}, func() any { s.ReleaseN(n); return nil })
			}
		}
	}
}

func TestSemaphoreIsLinearizable(t *testing.T) {
	verify(t, permitModel, func() workload { return hammer(semaphore.New(limit)) })
}

// racySemaphore looks at its count and changes it in two steps.
type racySemaphore struct{ held, limit atomic.Int64 }

func (s *racySemaphore) TryAcquireN(n int) bool {
	held := s.held.Load()
	if held+int64(n) > s.limit.Load() {
		return false
	}
	runtime.Gosched()
	s.held.Store(held + int64(n))
	return true
}

func (s *racySemaphore) AcquireN(ctx context.Context, n int) error {
	for !s.TryAcquireN(n) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		runtime.Gosched()
	}
	return nil
}

func (s *racySemaphore) ReleaseN(n int) { s.held.Add(int64(-n)) }
func (s *racySemaphore) Resize(n int)   { s.limit.Store(int64(n)) }
func (s *racySemaphore) Close()         {}

func TestRacySemaphoreIsFoundOut(t *testing.T) {
	model := permitModel
	refute(t, model, func() workload {
		s := &racySemaphore{}
		s.limit.Store(limit)
		return hammer(s)
	})
}

// locker is what the histories need of a lock.
type locker interface {
	Lock(ctx context.Context) error
	TryLock() bool
	Unlock()
}

var lockModel = porcupine.NondeterministicModel{
	Init: func() []any { return []any{false} },
	Step: func(state, in, out any) []any {
		held := state.(bool)
		switch in.(call).op {
		case "lock":
			if out == true {
				return next(!held, true)
			}
			return []any{held}
		case "try":
			if out == true {
				return next(!held, true)
			}
			return []any{held}
		}
		return next(held, false)
	},
}

func contend(l locker) workload {
	return func(h *history, client int, r *rand.Rand) {
		for range operations {
			got := false
			if r.IntN(4) == 0 {
				h.do(client, call{"try", 0}, func() any { got = l.TryLock(); return got })
			} else {
				ctx, done := impatient(r)
				h.do(client, call{"lock", 0}, func() any { got = l.Lock(ctx) == nil; return got })
				done()
			}
			if got {
				jitter(r)
				h.do(client, call{"unlock", 0}, func() any { l.Unlock(); return nil })
			}
		}
	}
}

func TestLockIsLinearizable(t *testing.T) {
	verify(t, lockModel, func() workload { return contend(&semaphore.Lock{}) })
}

// generousLock lets a second one in when a waiter gives up: the mistake of
// asyncio's lock before bpo-32734.
type generousLock struct{ inner semaphore.Lock }

func (l *generousLock) TryLock() bool { return l.inner.TryLock() }
func (l *generousLock) Unlock() {
	defer func() { _ = recover() }() // by then the other may have unlocked it
	l.inner.Unlock()
}

func (l *generousLock) Lock(ctx context.Context) error {
	err := l.inner.Lock(ctx)
	if err != nil {
		l.Unlock()
	}
	return err
}

func TestGenerousLockIsFoundOut(t *testing.T) {
	refute(t, lockModel, func() workload { return contend(&generousLock{}) })
}
