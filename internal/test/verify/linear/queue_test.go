package linear_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"example.com/asyncgo/queue"
)

// items is what the histories need of a queue.
type items interface {
	Put(ctx context.Context, v int) error
	TryPut(v int) error
	Get(ctx context.Context) (int, error)
	TryGet() (int, error)
	GetBatch(ctx context.Context, buf []int) (int, error)
	TaskDone()
	Shutdown()
	ShutdownNow() []int
	Len() int
}

const capacity = 2

// queueModel is the sequential queue: a state is "unfinished|shut|items", as
// text so that states compare.
func queueModel(take func(items []int) (v int, rest []int)) porcupine.NondeterministicModel {
	type state struct {
		shut       bool
		unfinished int
		items      string
	}
	parse := func(text string) (all []int) {
		for _, field := range strings.Fields(text) {
			var v int
			_, _ = fmt.Sscan(field, &v)
			all = append(all, v)
		}
		return all
	}
	format := func(all []int) string { return strings.Trim(fmt.Sprint(all), "[]") }
	drain := func(all []int) (out []int) {
		for len(all) > 0 {
			var v int
			v, all = take(all)
			out = append(out, v)
		}
		return out
	}
	return porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{}} },
		Step: func(st, in, out any) []any {
			s, c := st.(state), in.(call)
			all := parse(s.items)
			switch c.op {
			case "put", "tryput":
				switch out {
				case "ok":
					return next(!s.shut && len(all) < capacity, state{s.shut, s.unfinished + 1, format(append(all, c.n))})
				case "shutdown":
					return next(s.shut, s)
				case "full":
					return next(c.op == "tryput" && !s.shut && len(all) == capacity, s)
				}
				return next(c.op == "put" && out == "canceled", s)
			case "get", "tryget":
				switch out {
				case "shutdown":
					return next(s.shut && len(all) == 0, s)
				case "empty":
					return next(c.op == "tryget" && !s.shut && len(all) == 0, s)
				case "canceled":
					return next(c.op == "get", s)
				}
				if len(all) == 0 {
					return nil
				}
				v, rest := take(all)
				return next(out == v, state{s.shut, s.unfinished, format(rest)})
			case "taskdone":
				if out == "misuse" {
					return next(s.unfinished == 0, s)
				}
				return next(s.unfinished > 0, state{s.shut, s.unfinished - 1, s.items})
			case "shutdown":
				return []any{state{true, s.unfinished, s.items}}
			case "shutdownnow":
				return next(out == format(drain(all)), state{true, s.unfinished - len(all), ""})
			case "len":
				return next(out == len(all), s)
			}
			return nil
		},
	}
}

func takeFirst(all []int) (int, []int) { return all[0], all[1:] }

func takeLast(all []int) (int, []int) { return all[len(all)-1], all[:len(all)-1] }

func takeSmallest(all []int) (int, []int) {
	at := 0
	for i := range all {
		if all[i] < all[at] {
			at = i
		}
	}
	v := all[at]
	return v, slices.Delete(slices.Clone(all), at, at+1)
}

func answer(v int, err error) any {
	switch {
	case err == nil:
		return v
	case errors.Is(err, queue.ErrEmpty):
		return "empty"
	}
	return refusal(err)
}

func refusal(err error) any {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, queue.ErrShutdown):
		return "shutdown"
	case errors.Is(err, queue.ErrFull):
		return "full"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return err
}

// traffic puts and gets in every way. Items are all different.
func traffic(q items) workload {
	var last atomic.Int64
	return func(h *history, client int, r *rand.Rand) {
		taken := 0
		for range operations {
			switch r.IntN(20) {
			case 0:
				if r.IntN(4) == 0 {
					h.do(client, call{"shutdown", 0}, func() any { q.Shutdown(); return nil })
				}
			case 1:
				if r.IntN(4) == 0 {
					h.do(client, call{"shutdownnow", 0}, func() any { return strings.Trim(fmt.Sprint(q.ShutdownNow()), "[]") })
				}
			case 2:
				h.do(client, call{"len", 0}, func() any { return q.Len() })
			case 3, 4, 5:
				v := scramble(last.Add(1))
				h.do(client, call{"tryput", v}, func() any { return refusal(q.TryPut(v)) })
			case 6, 7, 8:
				h.do(client, call{"tryget", 0}, func() any {
					v, err := q.TryGet()
					if err == nil {
						taken++
					}
					return answer(v, err)
				})
			case 9, 10, 11, 12, 13:
				v := scramble(last.Add(1))
				ctx, done := impatient(r)
				h.do(client, call{"put", v}, func() any { return refusal(q.Put(ctx, v)) })
				done()
			default:
				ctx, done := impatient(r)
				h.do(client, call{"get", 0}, func() any {
					v, err := q.Get(ctx)
					if err == nil {
						taken++
					}
					return answer(v, err)
				})
				done()
			}
			if taken > 0 && r.IntN(2) == 0 {
				taken--
				h.do(client, call{"taskdone", 0}, func() (out any) {
					defer func() {
						if recover() != nil {
							out = "misuse"
						}
					}()
					q.TaskDone()
					return nil
				})
			}
		}
	}
}

// scramble makes different numbers, not in order.
func scramble(n int64) int { return int(n * 37 % 101) }

func TestQueueIsLinearizable(t *testing.T) {
	verify(t, queueModel(takeFirst), func() workload { return traffic(queue.New[int](capacity)) })
}

func TestLIFOIsLinearizable(t *testing.T) {
	verify(t, queueModel(takeLast), func() workload { return traffic(queue.NewLIFO[int](capacity)) })
}

func TestPriorityQueueIsLinearizable(t *testing.T) {
	verify(t, queueModel(takeSmallest), func() workload { return traffic(queue.NewPriority(capacity, cmp.Compare[int])) })
}

// forgetful loses the item that a canceled getter was handed: the mistake of
// asyncio's queue before bpo-23812.
type forgetful struct{ *queue.Queue[int] }

func (q forgetful) Get(ctx context.Context) (int, error) {
	v, err := q.Queue.Get(ctx)
	if err == nil && ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return v, err
}

func TestForgetfulQueueIsFoundOut(t *testing.T) {
	refute(t, queueModel(takeFirst), func() workload { return traffic(forgetful{queue.New[int](capacity)}) })
}

// A queue of one kind is no queue of another.
func TestKindsAreToldApart(t *testing.T) {
	refute(t, queueModel(takeLast), func() workload { return traffic(queue.New[int](capacity)) })
	refute(t, queueModel(takeSmallest), func() workload { return traffic(queue.NewLIFO[int](capacity)) })
}

// doubling hands an item out twice now and then.
type doubling struct {
	*queue.Queue[int]
	mu   sync.Mutex
	last []int
}

func (q *doubling) TryGet() (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.last) > 0 {
		v := q.last[0]
		q.last = nil
		return v, nil
	}
	v, err := q.Queue.TryGet()
	if err == nil {
		q.last = []int{v}
	}
	return v, err
}

func TestDoublingQueueIsFoundOut(t *testing.T) {
	refute(t, queueModel(takeFirst), func() workload { return traffic(&doubling{Queue: queue.New[int](capacity)}) })
}
