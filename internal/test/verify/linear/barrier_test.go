package linear_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/semaphore"
)

// meeting is what the histories need of a barrier.
type meeting interface {
	Wait(ctx context.Context) (int, error)
}

const parties = 3

// barrierModel gives every index once in a generation, in any order: who leaves
// before the barrier trips leaves no trace.
var barrierModel = porcupine.NondeterministicModel{
	Init: func() []any { return []any{0} }, // the indices given, as bits
	Step: func(state, _, out any) []any {
		given, index := state.(int), out.(int)
		if index < 0 {
			return []any{given}
		}
		if index >= parties || given&(1<<index) != 0 {
			return nil
		}
		given |= 1 << index
		if given == 1<<parties-1 {
			given = 0
		}
		return []any{given}
	},
}

func meet(b meeting) workload {
	return func(h *history, client int, r *rand.Rand) {
		for range operations {
			ctx, done := impatient(r)
			h.do(client, call{"wait", 0}, func() any {
				i, err := b.Wait(ctx)
				if err != nil {
					return -1
				}
				return i
			})
			done()
		}
	}
}

func TestBarrierIsLinearizable(t *testing.T) {
	verify(t, barrierModel, func() workload { return meet(semaphore.NewBarrier(parties)) })
}

// Nobody passes before everybody of the generation has come: sorted by their
// return, each group of returns of one generation overlaps in one moment.
func TestBarrierGenerationsOverlap(t *testing.T) {
	start := rand.Uint64()
	t.Logf("seed %d", start)
	for i := range *histories {
		r := rand.New(rand.NewPCG(start, uint64(i)))
		ops := record(clients, r, meet(semaphore.NewBarrier(parties)))
		passed := 0
		for _, op := range ops {
			if op.Output.(int) < 0 {
				continue
			}
			passed++
			together := 0
			for _, other := range ops {
				if other.Output.(int) >= 0 && other.Call < op.Return && op.Call < other.Return {
					together++
				}
			}
			require.GreaterOrEqual(t, together, parties, "history %d: somebody passed alone", i)
		}
		require.Zero(t, passed%parties, "history %d: a generation was not complete", i)
	}
}

// reusing counts who is there to number who comes, so that the number of a
// waiter that left again is given twice: the mistake of asyncio's barrier,
// gh-155233.
type reusing struct {
	*semaphore.Barrier
	there atomic.Int64
}

func (b *reusing) Wait(ctx context.Context) (int, error) {
	index := b.there.Add(1) - 1
	defer b.there.Add(-1)
	_, err := b.Barrier.Wait(ctx)
	return int(index), err
}

func TestReusingBarrierIsFoundOut(t *testing.T) {
	refute(t, barrierModel, func() workload { return meet(&reusing{Barrier: semaphore.NewBarrier(parties)}) })
}
