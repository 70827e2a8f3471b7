package distributed_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

// newLossy returns a client whose answers can be lost, and one in the same namespace
// that hears.
func newLossy(t *testing.T, lease time.Duration) (p *proxy, c, other *distributed.Client) {
	t.Helper()
	s := one.up(t)
	p = newProxy(t, s)
	ns := newNamespace()
	other = s.client(t, distributed.Config{Namespace: ns, Lease: lease})
	c = (&site{urls: p.urls}).client(t, distributed.Config{Namespace: ns, Lease: lease})
	t.Cleanup(p.heal)
	return p, c, other
}

func TestAPutWhoseAnswerIsLostIsUnconfirmedAndStoredOnce(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	p.loses.Store(true)
	err := q.Put(within(t, 5*time.Second), "a") // several tries
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	assert.NotErrorIs(t, err, distributed.ErrFull)
	waiting := make(chan error, 1)
	go func() { waiting <- q.Put(context.Background(), "b") }()
	n, err := q.PutBatch(within(t, 3*time.Second), []string{"c", "d"})
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	assert.Zero(t, n)
	p.heal()
	require.NoError(t, <-waiting, "it repeats its tries")
	reliable := openQueue(t, other, distributed.QueueConfig[string]{})
	require.NoError(t, reliable.Shutdown(within(t, time.Minute)))
	seen := map[string]int{}
	for it := range reliable.Items(within(t, time.Minute)) {
		seen[it.Value]++
		require.NoError(t, it.Done())
	}
	assert.Equal(t, 1, seen["a"])
	assert.Equal(t, 1, seen["b"])
	assert.LessOrEqual(t, seen["c"], 1)
	assert.LessOrEqual(t, seen["d"], 1)
}

func TestAPutIsUnconfirmedAfterHalfOfItsWindow(t *testing.T) {
	t.Parallel()
	p, c, _ := newLossy(t, testLease)
	q, err := distributed.OpenQueue(within(t, time.Minute), c, "short", distributed.QueueConfig[int]{Window: 2 * time.Second})
	require.NoError(t, err)
	p.loses.Store(true)
	began := time.Now()
	err = q.Put(context.Background(), 1)
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	assert.Greater(t, time.Since(began), time.Second)
}

func TestABatchWhoseAnswersAreLostEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p, c, _ := newLossy(t, testLease)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	p.loses.Store(true)
	const wait = 100 * time.Millisecond
	began := time.Now()
	n, err := q.PutBatch(within(t, wait), make([]string, 100))
	assert.Less(t, time.Since(began), 2*time.Second, "when its answers are given up")
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	assert.Zero(t, n)
}

// The servers remember an id for a second. It is not sent again after that.
func TestABatchIsUnconfirmedAfterHalfOfItsWindow(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	q, err := distributed.OpenQueue(within(t, time.Minute), c, "short", distributed.QueueConfig[int]{Window: time.Second})
	require.NoError(t, err)
	p.loses.Store(true)
	time.AfterFunc(1500*time.Millisecond, p.heal)
	n, err := q.PutBatch(within(t, time.Minute), []int{1})
	assert.ErrorIs(t, err, distributed.ErrUnconfirmed)
	assert.NotErrorIs(t, err, context.DeadlineExceeded)
	assert.Zero(t, n)
	reliable, err := distributed.OpenQueue(within(t, time.Minute), other, "short", distributed.QueueConfig[int]{Window: time.Second})
	require.NoError(t, err)
	n, err = reliable.Unfinished(within(t, time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 1, n, "it is in, once")
}

func TestARetryWhoseAnswerIsLostComesBackByItsLease(t *testing.T) {
	t.Parallel()
	lease := 3 * time.Second
	p, c, other := newLossy(t, lease)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	put(t, q, "a")
	it := get(t, q)
	p.loses.Store(true)
	assert.ErrorIs(t, it.Retry(time.Second), distributed.ErrUnconfirmed)
	p.heal()
	again := get(t, openQueue(t, other, distributed.QueueConfig[string]{})) // the delay, or its lease: it is not lost
	assert.Equal(t, 2, again.Attempt)
	require.NoError(t, again.Done())
}

func TestADoneWhoseAnswerIsLostGoesOnUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, 10*time.Second)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	put(t, q, "a")
	it := get(t, q)
	p.loses.Store(true)
	settled := make(chan error, 1)
	go func() { settled <- it.Done() }()
	require.NoError(t, openQueue(t, other, distributed.QueueConfig[string]{}).Join(within(t, time.Minute)), "the server has it")
	select {
	case err := <-settled:
		t.Error("it is not confirmed, but:", err)
	case <-time.After(500 * time.Millisecond):
	}
	p.heal()
	assert.NoError(t, <-settled)
}

func TestAGetWhoseItemsAreLostOnTheWay(t *testing.T) {
	t.Parallel()
	lease := 3 * time.Second
	p, c, other := newLossy(t, lease)
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	reliable := openQueue(t, other, distributed.QueueConfig[string]{})
	p.loses.Store(true)
	got := make(chan *distributed.Item[string], 1)
	go func() {
		it, err := q.Get(context.Background())
		assert.NoError(t, err)
		got <- it
	}()
	time.Sleep(300 * time.Millisecond)
	put(t, reliable, "a")
	time.Sleep(time.Second) // it is on its way to the other one
	p.heal()
	require.NoError(t, (<-got).Done())
	assert.NoError(t, reliable.Join(within(t, time.Minute)))
}

func TestAnUpdateWhoseAnswerIsLostHappensOnce(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	v, reliable := openVariable(t, c), openVariable(t, other)
	increment := func(old int, _ bool) (int, error) { return old + 1, nil } //nolint:unparam // the shape of Update
	_, err := v.Update(within(t, time.Minute), increment)
	require.NoError(t, err)
	for range 3 {
		updated := make(chan error, 1)
		// What is read is answered, and what is written is not.
		go func() {
			_, err := v.Update(context.Background(), func(old int, set bool) (int, error) {
				p.loses.Store(true)
				return increment(old, set)
			})
			updated <- err
		}()
		time.Sleep(time.Second)
		_, err := reliable.Update(within(t, time.Minute), increment) // in between
		require.NoError(t, err)
		p.heal()
		require.NoError(t, <-updated)
	}
	n, err := reliable.Get(within(t, time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 7, n)
	p.loses.Store(true)
	assert.ErrorIs(t, v.Set(within(t, time.Second), 1), distributed.ErrUnconfirmed)
}

func TestAResultThatItsCallerDidNotGetIsKept(t *testing.T) {
	t.Parallel()
	p, c, other := newLossy(t, testLease)
	began, proceed := make(chan struct{}), make(chan struct{})
	serve(t, other, 1, distributed.Handle("slow", func(context.Context, int) (int, error) {
		close(began)
		<-proceed
		return 42, nil
	}))
	got := make(chan int, 1)
	go func() {
		n, err := distributed.Func[int, int](c, "slow")(context.Background(), 1)
		assert.NoError(t, err)
		got <- n
	}()
	<-began
	p.loses.Store(true)
	close(proceed)
	time.Sleep(3 * time.Second) // the worker stores it after a second
	p.heal()
	assert.Equal(t, 42, <-got)
}

func TestAWaitingAcquireSurvivesTheLossOfItsSession(t *testing.T) {
	t.Parallel()
	lease := 3 * time.Second
	p, c, other := newLossy(t, lease)
	sem, reliable := openSemaphore(t, c, 1), openSemaphore(t, other, 1)
	held := acquire(t, reliable)
	waiting := make(chan error, 1)
	go func() {
		p, err := sem.Acquire(context.Background())
		if err == nil {
			err = p.Release()
		}
		waiting <- err
	}()
	time.Sleep(500 * time.Millisecond)
	p.loses.Store(true)
	p.cut()
	time.Sleep(2 * lease) // its session is gone
	p.heal()
	select {
	case err := <-waiting:
		t.Fatal("it is held by another, but:", err)
	case <-time.After(time.Second):
	}
	require.NoError(t, held.Release())
	require.NoError(t, <-waiting)
}
