package distributed_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

func TestCloseGivesBackAtOnceAndEndsWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		other := s.client(t, distributed.Config{Namespace: ns})
		q := openQueue(t, c, distributed.QueueConfig[string]{MaxSize: 1})
		sem := openSemaphore(t, c, 1)
		v := openVariable(t, c)
		put(t, q, "a")
		it, permit := get(t, q), acquire(t, sem)
		lctx, limit := openSemaphoreNamed(t, c, "limit").Limiter(context.Background())
		require.NoError(t, limit.AcquireN(within(t, 10*time.Second), 1))

		ctx := context.Background()
		waits := map[string]func() error{
			"Get":     func() error { _, err := q.Get(ctx); return err },
			"Put":     func() error { return q.Put(ctx, "b") },
			"Join":    func() error { return q.Join(ctx) },
			"Acquire": func() error { _, err := sem.Acquire(ctx); return err },
			"Value":   func() error { _, err := v.Get(ctx); return err },
			"Call":    func() error { _, err := distributed.Func[int, int](c, "unserved")(ctx, 1); return err },
			"Memo": func() error {
				_, err := distributed.Memo[int, int](c, "unserved", time.Minute, func(int) string { return "k" })(ctx, 1)
				return err
			},
			"Serve": func() error { return distributed.Serve(ctx, c, 1, distributed.Handle("other", double)) },
		}
		ended := make(chan map[string]error, len(waits))
		for name, wait := range waits {
			go func() { ended <- map[string]error{name: wait()} }()
		}
		time.Sleep(500 * time.Millisecond)
		began := time.Now()
		closeClient(t, c)
		closeClient(t, c)
		for range waits {
			for name, err := range <-ended {
				assert.ErrorIs(t, err, distributed.ErrClosed, name)
			}
		}
		for name, wait := range waits {
			assert.ErrorIs(t, wait(), distributed.ErrClosed, name)
		}
		assert.ErrorIs(t, context.Cause(it.Context()), distributed.ErrClosed)
		assert.ErrorIs(t, context.Cause(permit.Context()), distributed.ErrClosed)
		assert.ErrorIs(t, context.Cause(lctx), distributed.ErrClosed)
		assert.ErrorIs(t, it.Done(), distributed.ErrLeaseLost)
		assert.ErrorIs(t, permit.Release(), distributed.ErrLeaseLost)

		next := get(t, openQueue(t, other, distributed.QueueConfig[string]{MaxSize: 1}))
		assert.Equal(t, "a", next.Value)
		require.NoError(t, acquire(t, openSemaphore(t, other, 1)).Release())
		assert.Less(t, time.Since(began), testLease*2/3+busyClose, "at once")
	})
}

const busyClose = 2 * time.Second

func openSemaphoreNamed(t *testing.T, c *distributed.Client, name string) *distributed.Semaphore {
	t.Helper()
	s, err := distributed.OpenSemaphore(within(t, 30*time.Second), c, name, 1)
	require.NoError(t, err)
	return s
}

func TestCloseWhoseContextEndsDropsEverything(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		lease := 2 * time.Second
		c := s.client(t, distributed.Config{Namespace: ns, Lease: lease})
		q := openQueue(t, c, distributed.QueueConfig[string]{})
		put(t, q, "a")
		it := get(t, q)
		proceed := make(chan struct{})
		served := make(chan error, 1)
		began := make(chan struct{})
		go func() {
			served <- distributed.Serve(context.Background(), c, 1, distributed.Handle("hang", func(context.Context, int) (int, error) {
				close(began)
				<-proceed // whatever its context says
				return 0, nil
			}))
		}()
		go func() { _, _ = distributed.Func[int, int](c, "hang")(context.Background(), 1) }()
		<-began
		err := c.Close(brief(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		<-it.Context().Done()
		assert.ErrorIs(t, it.Done(), distributed.ErrLeaseLost)
		close(proceed)
		assert.ErrorIs(t, <-served, distributed.ErrClosed)
		closeClient(t, c) // a second one waits for the first

		other := s.client(t, distributed.Config{Namespace: ns, Lease: lease})
		assert.Equal(t, "a", get(t, openQueue(t, other, distributed.QueueConfig[string]{})).Value, "it comes back by its lease")
	})
}

func TestCloseCancelsHandlersAfterTheirGrace(t *testing.T) {
	s := one.up(t)
	ns := newNamespace()
	c := s.client(t, distributed.Config{Namespace: ns, Grace: 300 * time.Millisecond})
	began := make(chan struct{})
	cause := make(chan error, 1)
	served := make(chan error, 1)
	go func() {
		served <- distributed.Serve(context.Background(), c, 1, distributed.Handle("wait", func(ctx context.Context, _ int) (int, error) {
			close(began)
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return 0, ctx.Err()
		}))
	}()
	caller := s.client(t, distributed.Config{Namespace: ns})
	ctx, cancel := context.WithCancel(context.Background())
	called := make(chan error, 1)
	go func() { _, err := distributed.Func[int, int](caller, "wait")(ctx, 1); called <- err }()
	<-began
	closing := time.Now()
	closeClient(t, c)
	assert.GreaterOrEqual(t, time.Since(closing), 300*time.Millisecond)
	assert.ErrorIs(t, <-cause, distributed.ErrClosed)
	assert.ErrorIs(t, <-served, distributed.ErrClosed)
	cancel()
	assert.ErrorIs(t, <-called, context.Canceled)
}

func TestDoOfAClosedClientReturnsNil(t *testing.T) {
	s := one.up(t)
	c := s.client(t, distributed.Config{})
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	put(t, q, "a")
	it := get(t, q)
	err := it.Do(context.Background(), func(ctx context.Context) error {
		closeClient(t, c)
		assert.ErrorIs(t, context.Cause(ctx), distributed.ErrClosed)
		return ctx.Err()
	})
	assert.NoError(t, err, "the item is lost")
}

// What a client has begun in the background when it closes does not hold that
// up.
func TestCloseRightAfterOpening(t *testing.T) {
	t.Parallel()
	s := one.up(t)
	ns := newNamespace()
	s.clean(t, ns)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				c, err := distributed.Connect(within(t, time.Minute), s.urls, distributed.Config{Namespace: ns, Token: testToken})
				if !assert.NoError(t, err) {
					return
				}
				_, err = distributed.OpenSemaphore(within(t, time.Minute), c, "db", 1)
				assert.NoError(t, err)
				assert.NoError(t, c.Close(within(t, 30*time.Second)))
			}
		})
	}
	all.Wait()
}
