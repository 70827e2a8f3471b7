package linear_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"

	"example.com/asyncgo/taskgroup"
)

// collector is what the histories need of a set.
type collector interface {
	Add(tasks ...*taskgroup.Future[int])
	Next(ctx context.Context) (*taskgroup.Future[int], error)
}

const futures = 4

// setState is the sequential set: what is in it and has not ended, what has
// ended and not been handed out, in order, and what has ended at all.
type setState struct {
	pending, ended int    // bits
	ready          string // numbers
}

var setModel = porcupine.NondeterministicModel{
	Init: func() []any { return []any{setState{}} },
	Step: func(state, in, out any) []any {
		s, c := state.(setState), in.(call)
		bit := 1 << c.n
		switch c.op {
		case "add":
			switch {
			case s.pending&bit != 0 || strings.Contains(s.ready, fmt.Sprint(c.n)):
			case s.ended&bit != 0:
				s.ready += fmt.Sprint(c.n)
			default:
				s.pending |= bit
			}
			return []any{s}
		case "resolve":
			if s.ended&bit == 0 && s.pending&bit != 0 {
				s.pending &^= bit
				s.ready += fmt.Sprint(c.n)
			}
			s.ended |= bit
			return []any{s}
		case "next":
			switch out {
			case "none":
				return next(s.pending == 0 && s.ready == "", s)
			case "canceled":
				return []any{s}
			}
			rest, ok := strings.CutPrefix(s.ready, fmt.Sprint(out))
			s.ready = rest
			return next(ok, s)
		}
		return nil
	},
}

func collect(s collector) workload {
	fs := make([]*taskgroup.Future[int], futures)
	number := map[*taskgroup.Future[int]]int{}
	for i := range fs {
		fs[i] = taskgroup.NewFuture[int]()
		number[fs[i]] = i
	}
	return func(h *history, client int, r *rand.Rand) {
		for range operations {
			i := r.IntN(futures)
			switch r.IntN(6) {
			case 0, 1:
				h.do(client, call{"add", i}, func() any { s.Add(fs[i]); return nil })
			case 2:
				h.do(client, call{"resolve", i}, func() any { fs[i].Resolve(i); return nil })
			default:
				ctx, done := impatient(r)
				h.do(client, call{"next", 0}, func() any {
					f, err := s.Next(ctx)
					switch {
					case err == nil:
						return number[f]
					case errors.Is(err, taskgroup.ErrNoTasks):
						return "none"
					}
					return "canceled"
				})
				done()
			}
		}
	}
}

func TestSetIsLinearizable(t *testing.T) {
	verify(t, setModel, func() workload { return collect(taskgroup.NewSet[*taskgroup.Future[int]]()) })
}

// swapping hands out two ends in the wrong order.
type swapping struct {
	*taskgroup.Set[*taskgroup.Future[int]]
	mu   sync.Mutex
	held *taskgroup.Future[int]
}

func (s *swapping) Next(ctx context.Context) (*taskgroup.Future[int], error) {
	s.mu.Lock()
	held := s.held
	s.held = nil
	s.mu.Unlock()
	if held != nil {
		return held, nil
	}
	f, err := s.Set.Next(ctx)
	if err != nil {
		return f, err
	}
	second, err := s.Set.Next(ctx)
	if err != nil {
		return f, nil //nolint:nilerr // there is no second one to swap with
	}
	s.mu.Lock()
	s.held = f
	s.mu.Unlock()
	return second, nil
}

func TestSwappingSetIsFoundOut(t *testing.T) {
	refute(t, setModel, func() workload { return collect(&swapping{Set: taskgroup.NewSet[*taskgroup.Future[int]]()}) })
}
