package semaphore_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	xsync "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
)

// Where golang.org/x/sync/semaphore has the same semantics, the two do the
// same: bounded, nothing larger than the limit, nothing released that is not
// held.
func TestSemaphoreDoesAsThatOfXSync(t *testing.T) {
	type pair struct {
		n          int
		cancel     context.CancelFunc
		ours, ref  *call
		isReleased bool
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			limit := 1 + r.IntN(5)
			ours, ref := semaphore.New(limit), xsync.NewWeighted(int64(limit))
			var pairs []*pair
			pick := func(is func(*pair) bool) *pair {
				var all []*pair
				for _, p := range pairs {
					if is(p) {
						all = append(all, p)
					}
				}
				if len(all) == 0 {
					return nil
				}
				return all[r.IntN(len(all))]
			}
			holds := func(p *pair) bool { return p.ours.returned && p.ours.err == nil && !p.isReleased }
			waits := func(p *pair) bool { return !p.ours.returned }
			for range 60 {
				n := 1 + r.IntN(limit)
				switch r.IntN(6) {
				case 0, 1:
					ctx, cancel := context.WithCancel(t.Context())
					if r.IntN(10) == 0 {
						cancel()
					}
					pairs = append(pairs, &pair{
						n:      n,
						cancel: cancel,
						ours:   begin(func() error { return ours.AcquireN(ctx, n) }),
						ref:    begin(func() error { return ref.Acquire(ctx, int64(n)) }),
					})
				case 2:
					got := ours.TryAcquireN(n)
					assert.Equal(t, ref.TryAcquire(int64(n)), got)
					if got {
						returned := &call{returned: true}
						pairs = append(pairs, &pair{n: n, cancel: func() {}, ours: returned, ref: returned})
					}
				case 3, 4:
					if p := pick(holds); p != nil {
						p.isReleased = true
						ours.ReleaseN(p.n)
						ref.Release(int64(p.n))
					}
				case 5:
					if p := pick(waits); p != nil {
						p.cancel()
					}
				}
				synctest.Wait()
				for _, p := range pairs {
					assert.Equal(t, p.ref.returned, p.ours.returned)
					assert.ErrorIs(t, p.ours.err, p.ref.err)
				}
			}
			for _, p := range pairs {
				p.cancel()
			}
		})
	}
}
