package distributed_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

// The connection is away for longer than a lease.
func TestWhatIsLostEndsTheContextsOfDo(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, 2*time.Second)
	q, sem := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 1)
	put(t, q, "a")
	it := get(t, q)
	untilLost := func(ctx context.Context) error { //nolint:unparam // the shape of Do
		<-ctx.Done()
		assert.ErrorIs(t, context.Cause(ctx), distributed.ErrLeaseLost)
		return nil
	}
	permitted, item := make(chan error, 1), make(chan error, 1)
	holding := make(chan struct{})
	go func() {
		permitted <- sem.Do(context.Background(), func(ctx context.Context) error {
			close(holding)
			return untilLost(ctx)
		})
	}()
	<-holding
	go func() { item <- it.Do(context.Background(), untilLost) }()
	p.loses.Store(true)
	assert.ErrorIs(t, <-permitted, distributed.ErrLeaseLost, "though its function has returned nil")
	assert.NoError(t, <-item, "it is lost")
	p.heal()
	assert.Equal(t, "a", get(t, openQueue(t, other, distributed.QueueConfig[string]{})).Value)
	require.NoError(t, acquire(t, openSemaphore(t, other, 1)).Release())
}

// The connection is away for less than a lease.
func TestWhatIsHeldSurvivesAConnectionThatIsCut(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	q, sem := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 1)
	put(t, q, "a")
	it, permit := get(t, q), acquire(t, sem)
	for range 3 {
		p.loses.Store(true)
		p.cut()
		time.Sleep(testLease / 5)
		p.heal()
		time.Sleep(testLease / 4)
	}
	_, err := openQueue(t, other, distributed.QueueConfig[string]{}).Get(brief(t))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = openSemaphore(t, other, 1).TryAcquire(within(t, time.Minute))
	assert.ErrorIs(t, err, distributed.ErrFull)
	assert.NoError(t, it.Done())
	assert.NoError(t, permit.Release())
}

// A letter is stored before the item is taken away, under one id.
func TestADeadLetterWhoseAnswerIsLostIsStoredOnce(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, 20*time.Second)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	put(t, q, "a")
	it := get(t, q)
	p.loses.Store(true)
	failed := make(chan error, 1)
	go func() { failed <- it.Fail(errors.New("bad")) }()
	reliable := openQueue(t, other, distributed.QueueConfig[string]{})
	count := func(q *distributed.Queue[string]) int {
		n, err := q.Unfinished(within(t, time.Minute))
		require.NoError(t, err)
		return n
	}
	require.Eventually(t, func() bool { return count(reliable.DeadLetters()) == 1 }, 30*time.Second, 20*time.Millisecond)
	assert.Equal(t, 1, count(reliable), "it is taken away only when the letter is confirmed")
	time.Sleep(5 * time.Second) // it is stored again and again
	p.heal()
	require.NoError(t, <-failed)
	assert.Equal(t, 1, count(reliable.DeadLetters()))
	assert.Zero(t, count(reliable))
}

func TestAnUnconfirmedShutdown(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	q, v := openQueue(t, c, distributed.QueueConfig[string]{}), openVariable(t, c)
	require.NoError(t, v.Set(within(t, time.Minute), 1))
	_, err := distributed.Func[int, int](c, "f")(brief(t), 1) // all is set up
	require.Error(t, err)
	p.loses.Store(true)
	assert.ErrorIs(t, v.Clear(within(t, time.Second)), distributed.ErrUnconfirmed)
	// What the call needs is looked for, and its message not answered.
	_, err = distributed.Func[int, int](c, "f")(within(t, time.Second), 1)
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	// The first thing that Shutdown sends only looks, so nothing has happened.
	err = q.Shutdown(within(t, time.Second))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	p.heal()
	_, err = openVariable(t, other).Get(brief(t))
	assert.ErrorIs(t, err, context.DeadlineExceeded, "it was cleared")
	require.NoError(t, q.Shutdown(within(t, time.Minute)))
}

// A call that is gone, and whose result is not kept, does not hang.
func TestACallWhoseResultIsLostIsUnconfirmed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		result := make(chan error, 1)
		go func() {
			_, err := distributed.Func[int, int](c, "f")(context.Background(), 1)
			result <- err
		}()
		raw := s.raw(t)
		require.Eventually(t, func() bool { return messages(raw, ns+"_calls") == 1 }, 30*time.Second, 50*time.Millisecond)
		_, err := raw.Request("$JS.API.STREAM.PURGE."+ns+"_calls", nil, 10*time.Second)
		require.NoError(t, err)
		assert.ErrorIs(t, <-result, distributed.ErrUnconfirmed)
	})
}
