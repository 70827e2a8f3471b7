// Package linear_test records short histories of concurrent operations and has
// porcupine look for an order in which a simple sequential model would have
// given the same answers.
package linear_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

var (
	histories = flag.Int("histories", 2000, "how many histories of each type are checked")
	seed      = flag.Uint64("seed", 0, "where the random numbers start; 0: anywhere")
)

// history is what several clients did to one object, on a logical clock: it
// agrees with real time, since it only goes up.
type history struct {
	clock atomic.Int64
	mu    sync.Mutex
	ops   []porcupine.Operation
}

// do records one operation.
func (h *history) do(client int, in any, f func() any) {
	call := h.clock.Add(1)
	out := f()
	end := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: end})
}

// workload is the random operations of one client on one object.
type workload func(h *history, client int, r *rand.Rand)

// record has the clients do their operations at once.
func record(clients int, r *rand.Rand, work workload) []porcupine.Operation {
	h := &history{}
	var wg sync.WaitGroup
	for client := range clients {
		mine := rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))
		wg.Go(func() { work(h, client, mine) })
	}
	wg.Wait()
	return h.ops
}

// impatient returns a context that ends at some moment soon.
func impatient(r *rand.Rand) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	turns := r.IntN(30)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range turns {
			runtime.Gosched()
		}
		cancel()
	})
	return ctx, wg.Wait
}

// jitter lets others in.
func jitter(r *rand.Rand) {
	for range r.IntN(4) {
		runtime.Gosched()
	}
}

// clients is how many goroutines share the object.
const clients, operations = 5, 6

// check records and checks histories of objects made by fresh, each with a new
// object, until one has no linear order, and returns its number, or -1.
func check(t *testing.T, model porcupine.NondeterministicModel, fresh func() workload) int {
	t.Helper()
	start := *seed
	if start == 0 {
		start = rand.Uint64()
	}
	t.Logf("seed %d", start)
	m := model.ToModel()
	for i := range *histories {
		r := rand.New(rand.NewPCG(start, uint64(i)))
		ops := record(clients, r, fresh())
		if porcupine.CheckOperationsTimeout(m, ops, 10*time.Second) == porcupine.Illegal {
			for _, op := range ops {
				t.Logf("%3d-%3d client %d: %v -> %v", op.Call, op.Return, op.ClientId, op.Input, op.Output)
			}
			return i
		}
	}
	return -1
}

// verify requires that every history has a linear order.
func verify(t *testing.T, model porcupine.NondeterministicModel, fresh func() workload) {
	t.Helper()
	if at := check(t, model, fresh); at >= 0 {
		t.Fatalf("history %d has no linear order", at)
	}
}

// refute requires that a broken variant is found out: otherwise the check would
// prove nothing.
func refute(t *testing.T, model porcupine.NondeterministicModel, fresh func() workload) {
	t.Helper()
	at := check(t, model, fresh)
	require.GreaterOrEqual(t, at, 0, "no history told the broken variant from a right one")
	t.Logf("found out by history %d", at)
}

// call is the input of an operation: its name and, perhaps, a number.
type call struct {
	op string
	n  int
}

func (c call) String() string { return fmt.Sprintf("%s(%d)", c.op, c.n) }

// next returns the single state that follows, or none if the answer was wrong.
func next(ok bool, state any) []any {
	if ok {
		return []any{state}
	}
	return nil
}
