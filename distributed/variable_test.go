package distributed_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

func openVariable(t *testing.T, c *distributed.Client) *distributed.Variable[int] {
	t.Helper()
	v, err := distributed.OpenVariable[int](within(t, 30*time.Second), c, "answer")
	require.NoError(t, err)
	return v
}

func TestVariableIsSeenByAll(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a, b := openVariable(t, s.client(t, distributed.Config{Namespace: ns})), openVariable(t, s.client(t, distributed.Config{Namespace: ns}))
		_, err := b.Get(brief(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "variable answer: Get (not set)")
		got := make(chan int, 1)
		go func() {
			n, err := b.Get(context.Background())
			assert.NoError(t, err)
			got <- n
		}()
		time.Sleep(100 * time.Millisecond)
		ctx := within(t, time.Minute)
		require.NoError(t, a.Set(ctx, 42))
		assert.Equal(t, 42, <-got)
		n, err := b.Get(ctx)
		require.NoError(t, err)
		assert.Equal(t, 42, n)
		require.NoError(t, b.Clear(ctx))
		_, err = a.Get(brief(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, a.Set(done(), 1), context.Canceled)
		_, err = a.Get(done())
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestUpdateIsCompareAndSet(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		var all sync.WaitGroup
		const clients, each = 4, 10
		for range clients {
			v := openVariable(t, s.client(t, distributed.Config{Namespace: ns}))
			all.Go(func() {
				for range each {
					_, err := v.Update(within(t, time.Minute), func(old int, set bool) (int, error) {
						assert.Equal(t, old > 0, set)
						return old + 1, nil
					})
					assert.NoError(t, err)
				}
			})
		}
		all.Wait()
		v := openVariable(t, s.client(t, distributed.Config{Namespace: ns}))
		boom := errors.New("boom")
		_, err := v.Update(within(t, time.Minute), func(int, bool) (int, error) { return 0, boom })
		assert.Equal(t, boom, err, "as it is")
		n, err := v.Get(within(t, time.Minute))
		require.NoError(t, err)
		assert.Equal(t, clients*each, n)
		assert.PanicsWithValue(t, "ouch", func() { _, _ = v.Update(within(t, time.Minute), func(int, bool) (int, error) { panic("ouch") }) })
	})
}

func TestChangesYieldsNewerValues(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		v, w := openVariable(t, s.client(t, distributed.Config{Namespace: ns})), openVariable(t, s.client(t, distributed.Config{Namespace: ns}))
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, w.Set(ctx, 0))
		seen := 0
		for n := range v.Changes(ctx) {
			require.Equal(t, seen, n)
			if seen++; seen == 6 {
				break
			}
			if n == 2 {
				require.NoError(t, w.Clear(ctx)) // is not seen
			}
			require.NoError(t, w.Set(ctx, seen))
		}
		assert.Equal(t, 6, seen)
		for range v.Changes(brief(t)) {
			seen++
		}
		assert.Equal(t, 7, seen, "the value that is set, and the end of the context")
	})
}
