package semaphore_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// condWaiter is a call that waits, in the model and for real.
type condWaiter struct {
	woken, canceled bool
	real            *call
	cancel          context.CancelFunc
}

// C-03, H10: exactly as many are woken as are notified, and those that have
// waited longest, however cancellations and notifications meet.
func TestCondDoesAsTheModel(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			room := newRoom()
			var all, line []*condWaiter
			notify := func(n int) {
				for ; n > 0 && len(line) > 0; n-- {
					line[0].woken = true
					line = line[1:]
				}
			}
			for range 40 {
				switch n := r.IntN(4); r.IntN(6) {
				case 0, 1:
					ctx, cancel := context.WithCancel(t.Context())
					w := &condWaiter{cancel: cancel}
					w.real = room.wait(t, ctx, len(all))
					all, line = append(all, w), append(line, w)
				case 2:
					notify(n)
					room.with(t, func() { room.c.Notify(n) })
				case 3:
					if r.IntN(4) == 0 {
						notify(len(line))
						room.with(t, room.c.NotifyAll)
					}
				default: // some are canceled and some notified, in one moment
					held := room.l.TryLock()
					assert.True(t, held)
					var leaving []*condWaiter
					for range min(len(line), r.IntN(4)) {
						w := line[r.IntN(len(line))]
						leaving = append(leaving, w)
						w.canceled = true
					}
					before := r.IntN(2) == 0
					if before {
						room.c.Notify(n)
					}
					for _, w := range leaving {
						w.cancel()
					}
					if !before {
						room.c.Notify(n)
					}
					if r.IntN(2) == 0 {
						synctest.Wait()
					}
					room.l.Unlock()
					line = slices.DeleteFunc(line, func(w *condWaiter) bool { return w.canceled })
					notify(n)
				}
				synctest.Wait()
				for i, w := range all {
					assert.Equal(t, w.woken || w.canceled, w.real.returned, i)
					if w.canceled {
						assert.ErrorIs(t, w.real.err, context.Canceled, i)
					} else {
						assert.NoError(t, w.real.err, i)
					}
				}
				assert.False(t, room.l.Locked())
			}
			for _, w := range all {
				w.cancel()
			}
		})
		if t.Failed() {
			return
		}
	}
}
