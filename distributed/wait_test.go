package distributed_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/taskgroup"
)

// A group takes the end of a wait for the echo of its cancellation: Wait returns
// the failure alone.
func TestTheEndOfAWaitIsNoFailureOfAGroup(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		q, sem, v := openQueue(t, c, distributed.QueueConfig[string]{MaxSize: 1}), openSemaphore(t, c, 1), openVariable(t, c)
		empty, err := distributed.OpenQueue(within(t, time.Minute), c, "empty", distributed.QueueConfig[string]{})
		require.NoError(t, err)
		put(t, q, "a")
		defer func() { assert.NoError(t, acquire(t, sem).Release()) }()
		permit := acquire(t, sem)
		defer func() { assert.NoError(t, permit.Release()) }()
		_, limit := sem.Limiter(context.Background())
		g := taskgroup.New(within(t, time.Minute))
		for _, wait := range []func(ctx context.Context) error{
			func(ctx context.Context) error { return q.Put(ctx, "b") },
			func(ctx context.Context) error { _, err := q.PutBatch(ctx, []string{"b", "c"}); return err },
			func(ctx context.Context) error { _, err := empty.Get(ctx); return err },
			q.Join,
			func(ctx context.Context) error { _, err := sem.Acquire(ctx); return err },
			func(ctx context.Context) error { return sem.Do(ctx, func(context.Context) error { return nil }) },
			func(ctx context.Context) error { return limit.AcquireN(ctx, 1) },
			func(ctx context.Context) error { _, err := v.Get(ctx); return err },
			func(ctx context.Context) error {
				_, err := distributed.Func[int, int](c, "unserved")(ctx, 1)
				return err
			},
			func(ctx context.Context) error {
				return distributed.Serve(ctx, c, 1, distributed.Handle("other", double))
			},
		} {
			g.Go(wait)
		}
		boom := errors.New("boom")
		g.Go(func(ctx context.Context) error {
			if err := taskgroup.Sleep(ctx, time.Second); err != nil {
				return err
			}
			return boom
		})
		err = g.Wait()
		assert.ErrorIs(t, err, boom)
		assert.NotErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, distributed.ErrFull)
	})
}

// A Get that waits is woken by a message, not by looking from time to time.
func TestAGetThatWaitsIsWokenByThePut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{})
		b := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{})
		var waited time.Duration
		const rounds = 20
		for range rounds {
			got := make(chan time.Time, 1)
			go func() {
				it := get(t, b)
				got <- time.Now()
				assert.NoError(t, it.Done())
			}()
			time.Sleep(50 * time.Millisecond)
			began := time.Now()
			put(t, a, "x")
			waited += (<-got).Sub(began)
		}
		assert.Less(t, waited, rounds*160*time.Millisecond, "it looks each 250 ms")
	})
}

// A client takes no more than is waited for, so nothing lies in a buffer while
// another process is idle.
func TestAClientTakesNoMoreThanIsWaitedFor(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{})
		b := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{})
		put(t, a, "1", "2", "3")
		first := get(t, a)
		for it := range a.Items(within(t, time.Minute)) {
			assert.Equal(t, "2", it.Value)
			third := get(t, b)
			assert.Equal(t, "3", third.Value)
			assert.Equal(t, 1, third.Attempt)
			break
		}
		assert.NoError(t, first.Done())
	})
}

func TestServeTakesNoMoreCallsThanItCanBegin(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		caller := s.client(t, distributed.Config{Namespace: ns})
		began, proceed := make(chan struct{}), make(chan struct{})
		serve(t, s.client(t, distributed.Config{Namespace: ns}), 1, distributed.Handle("f", func(context.Context, int) (string, error) {
			close(began)
			<-proceed
			return "busy", nil
		}))
		call := distributed.Func[int, string](caller, "f")
		first := make(chan string, 1)
		go func() {
			worker, err := call(context.Background(), 1)
			assert.NoError(t, err)
			first <- worker
		}()
		<-began
		serve(t, s.client(t, distributed.Config{Namespace: ns}), 1, distributed.Handle("f", func(context.Context, int) (string, error) { return "idle", nil }))
		for range 3 {
			worker, err := call(within(t, 30*time.Second), 2)
			require.NoError(t, err)
			assert.Equal(t, "idle", worker)
		}
		close(proceed)
		assert.Equal(t, "busy", <-first)
	})
}
