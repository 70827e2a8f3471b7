package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// openQueue opens a queue of strings whose keys are the strings themselves.
func openQueue(t *testing.T, c *distributed.Client, cfg distributed.QueueConfig[string]) *distributed.Queue[string] {
	t.Helper()
	q, err := distributed.OpenQueue(within(t, 30*time.Second), c, "jobs", cfg)
	require.NoError(t, err)
	return q
}

func put(t *testing.T, q *distributed.Queue[string], vs ...string) {
	t.Helper()
	for _, v := range vs {
		require.NoError(t, q.Put(within(t, 30*time.Second), v))
	}
}

func get(t *testing.T, q *distributed.Queue[string]) *distributed.Item[string] {
	t.Helper()
	it, err := q.Get(within(t, 30*time.Second))
	require.NoError(t, err)
	return it
}

// drain receives and finishes n items, and returns their values.
func drain(t *testing.T, q *distributed.Queue[string], n int) (values []string) {
	t.Helper()
	for range n {
		it := get(t, q)
		values = append(values, it.Value)
		require.NoError(t, it.Done())
	}
	return values
}

func TestFirstInFirstOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a", "b", "c", "d")
		assert.Equal(t, []string{"a", "b", "c", "d"}, drain(t, q, 4))
	})
}

func TestLowerLevelsFirst(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{
			Levels: 3, Level: func(v string) int { return int(v[0]-'0') - 1 }, // -1 to 4
		})
		put(t, q, "2a", "1a", "5a", "0a", "3a", "1b")
		assert.Equal(t, []string{"1a", "0a", "1b", "2a", "5a", "3a"}, drain(t, q, 6))
	})
}

func TestPutWaitsWhileItemsAreUnfinished(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: 1})
		put(t, q, "a")
		assert.ErrorIs(t, q.TryPut(within(t, 10*time.Second), "b"), distributed.ErrFull)
		assert.ErrorIs(t, q.TryPut(within(t, 10*time.Second), "b"), queue.ErrFull)

		it := get(t, q) // held is unfinished too
		err := q.Put(within(t, 2*time.Second), "b")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, distributed.ErrFull)
		assert.NotErrorIs(t, err, distributed.ErrUnconfirmed)
		assert.ErrorContains(t, err, "queue jobs: Put")

		entered := make(chan error, 1)
		go func() { entered <- q.Put(context.Background(), "c") }()
		require.NoError(t, it.Done())
		assert.NoError(t, <-entered)
		assert.Equal(t, []string{"c"}, drain(t, q, 1))
	})
}

func TestPutsThatWaitEnterInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: 1})
		put(t, q, "first")
		entered := make(chan error, 5)
		for i := range 5 {
			// The first of them waits for room, and the others for the first.
			startWaiting(t, func() { entered <- q.Put(context.Background(), fmt.Sprint(i)) }, ".(*storing).enter(", ".(*Client).await(")
		}
		assert.ErrorIs(t, q.TryPut(within(t, 10*time.Second), "late"), distributed.ErrFull)
		assert.Equal(t, []string{"first", "0", "1", "2", "3", "4"}, drain(t, q, 6))
		for range 5 {
			assert.NoError(t, <-entered)
		}
	})
}

func TestAKeyIsStoredOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: 2, Key: func(v string) string { return v }})
		put(t, q, "a", "b")
		put(t, q, "a") // though it is full
		assert.NoError(t, q.TryPut(within(t, 10*time.Second), "b"))
		n, err := q.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		it := get(t, q)
		assert.Equal(t, "a", it.ID)
		require.NoError(t, it.Done())
		drain(t, q, 1)
		put(t, q, "a") // also after it is done
		require.NoError(t, q.Join(within(t, 10*time.Second)))
	})
}

func TestAKeyIsForgottenAfterItsWindow(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{Window: time.Second, Key: func(v string) string { return v }})
		put(t, q, "a")
		drain(t, q, 1)
		require.Eventually(t, func() bool {
			put(t, q, "a")
			n, err := q.Unfinished(within(t, 10*time.Second))
			return err == nil && n == 1
		}, 20*time.Second, 200*time.Millisecond)
	})
}

func TestWithoutAKeyEachPutIsAnItem(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{Key: func(string) string { return "" }})
		put(t, q, "a", "a")
		a, b := get(t, q), get(t, q)
		assert.NotEqual(t, a.ID, b.ID)
		assert.NotEmpty(t, a.ID)
	})
}

func TestPutAfterIsHandedOutWhenItIsDue(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		const delay = 1500 * time.Millisecond
		began := time.Now()
		require.NoError(t, q.PutAfter(within(t, 10*time.Second), delay, "later"))
		put(t, q, "now")
		n, err := q.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Equal(t, 2, n, "it counts from the start")
		now := get(t, q)
		assert.Equal(t, "now", now.Value)
		later := get(t, q)
		assert.Equal(t, "later", later.Value)
		assert.Equal(t, 1, later.Attempt)
		assert.GreaterOrEqual(t, time.Since(began), delay)
	})
}

func TestTheLongestDelaysAreNoneThatHavePassed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		require.NoError(t, q.PutAfter(within(t, 10*time.Second), math.MaxInt64, "never"))
		put(t, q, "a")
		it := get(t, q)
		assert.Equal(t, "a", it.Value)
		require.NoError(t, it.Retry(math.MaxInt64))
		_, err := q.Get(within(t, time.Second))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		n, err := q.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Equal(t, 2, n)
	})
}

func TestPutBatch(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{Key: func(v string) string { return v }})
		var want []string
		for i := range 1000 {
			want = append(want, fmt.Sprint(i))
		}
		n, err := q.PutBatch(within(t, 60*time.Second), want)
		require.NoError(t, err)
		assert.Equal(t, len(want), n)
		assert.Equal(t, want[:100], drain(t, q, 100))

		n, err = q.PutBatch(done(), want)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, n)
	})
}

func TestPutBatchIntoAFullQueue(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: 3})
		n, err := q.PutBatch(within(t, 2*time.Second), []string{"a", "b", "c", "d", "e"})
		assert.ErrorIs(t, err, distributed.ErrFull)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 3, n)
	})
}

func TestPutBatchSendsNothingIfOneCannotBeEncoded(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		q, err := distributed.OpenQueue(within(t, 10*time.Second), c, "any", distributed.QueueConfig[any]{})
		require.NoError(t, err)
		n, err := q.PutBatch(within(t, 10*time.Second), []any{1, func() {}})
		assert.ErrorIs(t, err, distributed.ErrCodec)
		assert.ErrorContains(t, err, "item 1")
		assert.Zero(t, n)
		left, err := q.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Zero(t, left)
	})
}

func TestGetThatGivesUpHasTakenNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		var taken, puts int
		for i := range 30 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+i%5)*time.Millisecond)
			go func() {
				_ = q.Put(context.Background(), "x")
			}()
			puts++
			if it, err := q.Get(ctx); err == nil {
				taken++
				assert.NoError(t, it.Done())
			} else {
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}
			cancel()
		}
		// What was on its way to a Get that gave up is there at once, not after
		// a lease.
		began := time.Now()
		for ; taken < puts; taken++ {
			require.NoError(t, get(t, q).Done())
		}
		assert.Less(t, time.Since(began), testLease*2/3)
		require.NoError(t, q.Join(within(t, 10*time.Second)))
	})
}

func TestGettersOfAClientAreServedInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		served := make(chan int, 4)
		for i := range 4 {
			startWaiting(t, func() {
				it, err := q.Get(context.Background())
				served <- i
				if assert.NoError(t, err) {
					assert.NoError(t, it.Done())
				}
			}, ".(*source).next(")
		}
		for i := range 4 {
			put(t, q, "x")
			assert.Equal(t, i, <-served)
		}
	})
}

func TestItemsEndsWithItsContext(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a", "b", "c")
		ctx := within(t, 2*time.Second)
		var got []string
		for it := range q.Items(ctx) {
			got = append(got, it.Value)
			require.NoError(t, it.Done())
			if len(got) == 2 {
				break // takes nothing further
			}
		}
		assert.Equal(t, []string{"a", "b"}, got)
		for it := range q.Items(ctx) {
			assert.Equal(t, "c", it.Value)
			assert.Equal(t, 1, it.Attempt)
			require.NoError(t, it.Done())
		}
		assert.Error(t, ctx.Err())
	})
}

func TestADoneContextTakesAndSendsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		assert.NoError(t, q.Join(done()), "nothing is unfinished")
		assert.ErrorIs(t, q.Put(done(), "a"), context.Canceled)
		assert.NoError(t, q.Join(within(t, 10*time.Second)))
		put(t, q, "b")
		assert.ErrorIs(t, q.Join(done()), context.Canceled)
		_, err := q.Get(done())
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 1, get(t, q).Attempt)
		for it := range q.Items(done()) {
			t.Error("yielded", it.ID)
		}
		assert.ErrorIs(t, q.Shutdown(done()), context.Canceled)
		put(t, q, "c")
	})
}

func TestDoneTwiceIsTheFirstOne(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		it := get(t, q)
		require.NoError(t, it.Context().Err())
		require.NoError(t, it.Done())
		assert.NoError(t, it.Done())
		assert.NoError(t, it.Retry(0))
		assert.NoError(t, it.Fail(errors.New("late")))
		assert.ErrorIs(t, context.Cause(it.Context()), context.Canceled)
		assert.NoError(t, q.Join(within(t, 10*time.Second)))
		assert.NoError(t, q.DeadLetters().Join(within(t, 10*time.Second)))
	})
}

type contextKey struct{}

func TestItemContextHasTheValuesOfGets(t *testing.T) {
	q := openQueue(t, one.up(t).client(t, distributed.Config{}), distributed.QueueConfig[string]{})
	put(t, q, "a")
	ctx, cancel := context.WithCancel(context.WithValue(within(t, 10*time.Second), contextKey{}, "value"))
	it, err := q.Get(ctx)
	require.NoError(t, err)
	cancel()
	assert.Equal(t, "value", it.Context().Value(contextKey{}))
	assert.NoError(t, it.Context().Err(), "not its end")
}

func TestRetryComesBackAfterItsTime(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		began := time.Now()
		const after = time.Second
		require.NoError(t, get(t, q).Retry(after))
		it := get(t, q)
		assert.Equal(t, 2, it.Attempt)
		assert.GreaterOrEqual(t, time.Since(began), after)
		require.NoError(t, it.Retry(0))
		it = get(t, q)
		assert.Equal(t, 3, it.Attempt)
		require.NoError(t, it.Done())
	})
}

func TestAttemptsUsedUpIsADeadLetter(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var log events
		q := openQueue(t, s.client(t, distributed.Config{Logger: log.logger()}), distributed.QueueConfig[string]{Attempts: 2, Key: func(v string) string { return v }})
		put(t, q, "a")
		require.NoError(t, get(t, q).Retry(0))
		require.NoError(t, get(t, q).Retry(0))
		require.NoError(t, q.Join(within(t, 10*time.Second)), "a dead letter is not unfinished")
		letter := get(t, q.DeadLetters())
		assert.Equal(t, "a", letter.Value)
		assert.Equal(t, "a", letter.ID)
		assert.Equal(t, 2, letter.Attempt)
		assert.Contains(t, letter.Reason, "attempts used up")
		dead := log.await(t, "distributed: dead letter")
		assert.Equal(t, "jobs", dead.attrs["queue"])
		assert.Equal(t, "a", dead.attrs["item"])
		assert.EqualValues(t, 2, dead.attrs["attempt"])
		assert.Equal(t, letter.Reason, dead.attrs["reason"])
	})
}

func TestAttemptsWithoutALimit(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{Attempts: -1})
		put(t, q, "a")
		for i := 1; i <= 30; i++ { // the default is 25
			it := get(t, q)
			require.Equal(t, i, it.Attempt)
			require.NoError(t, it.Retry(0))
		}
		require.NoError(t, get(t, q).Done())
		require.NoError(t, q.DeadLetters().Join(within(t, 10*time.Second)))
	})
}

func TestDeadLettersAreAQueueOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{MaxSize: 2, Key: func(v string) string { return v }})
		dead := q.DeadLetters()
		put(t, q, "a", "b")
		require.NoError(t, get(t, q).Fail(errors.New("bad\nluck")))
		require.NoError(t, get(t, q).Fail(errors.New("worse")))

		letter := get(t, dead)
		assert.Equal(t, "bad luck", letter.Reason)
		n, err := dead.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		require.NoError(t, letter.Fail(errors.New("again")), "is given back")

		back := get(t, dead)
		for back.ID != "a" {
			require.NoError(t, back.Fail(errors.New("not this one")))
			back = get(t, dead)
		}
		require.NoError(t, back.Retry(0), "whatever the key's window")
		again := get(t, q)
		assert.Equal(t, "a", again.ID)
		assert.Equal(t, 1, again.Attempt)
		put(t, q, "c") // full

		other := get(t, dead)
		assert.ErrorIs(t, other.Retry(0), distributed.ErrFull)
		assert.NoError(t, other.Context().Err(), "it is still held")
		require.NoError(t, q.Shutdown(within(t, 10*time.Second)))
		assert.ErrorIs(t, other.Retry(0), distributed.ErrShutdown)
		require.NoError(t, other.Done(), "is dropped")
		require.NoError(t, dead.Join(within(t, 10*time.Second)))

		require.NoError(t, again.Done())
		drain(t, q, 1)
		_, err = dead.Get(within(t, 20*time.Second))
		assert.ErrorIs(t, err, distributed.ErrShutdown)
		assert.ErrorIs(t, err, queue.ErrShutdown)
	})
}

func TestShutdownRefusesEveryPut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{MaxSize: 2})
		other := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{MaxSize: 2})
		put(t, q, "a", "b")
		blocked := make(chan error, 1)
		go func() { blocked <- other.Put(context.Background(), "c") }()
		waiting := make(chan error, 1)
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, q.Shutdown(within(t, 20*time.Second)))
		require.NoError(t, q.Shutdown(within(t, 20*time.Second)), "twice")
		assert.ErrorIs(t, other.Put(within(t, 10*time.Second), "d"), distributed.ErrShutdown)
		assert.ErrorIs(t, other.TryPut(within(t, 10*time.Second), "d"), queue.ErrShutdown)
		assert.ErrorIs(t, <-blocked, distributed.ErrShutdown)

		held := get(t, other) // what is unfinished is still handed out
		require.NoError(t, get(t, q).Done())
		go func() {
			_, err := q.Get(context.Background())
			waiting <- err
		}()
		select {
		case err := <-waiting:
			t.Fatal("an item is unfinished, but:", err)
		case <-time.After(500 * time.Millisecond):
		}
		require.NoError(t, held.Done())
		assert.ErrorIs(t, <-waiting, distributed.ErrShutdown)
		for range other.Items(within(t, 10*time.Second)) {
			t.Error("yielded")
		}
	})
}

func TestWhatComesBackAfterShutdownIsHandedOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		it := get(t, q)
		require.NoError(t, q.Shutdown(within(t, 20*time.Second)))
		require.NoError(t, it.Retry(200*time.Millisecond))
		assert.Equal(t, []string{"a"}, drain(t, q, 1))
	})
}

func TestShutdownNowDropsWhatIsUnfinished(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a", "b")
		it := get(t, q)
		require.NoError(t, q.Shutdown(within(t, 20*time.Second)))
		require.NoError(t, q.ShutdownNow(within(t, 20*time.Second)), "one after the other")
		require.NoError(t, q.Join(within(t, 10*time.Second)))
		assert.NoError(t, it.Done())
		_, err := q.Get(within(t, 10*time.Second))
		assert.ErrorIs(t, err, distributed.ErrShutdown)
	})
}

func TestReconfigureOpensAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		q := openQueue(t, c, distributed.QueueConfig[string]{MaxSize: 1})
		require.NoError(t, q.Shutdown(within(t, 20*time.Second)))
		same := openQueue(t, c, distributed.QueueConfig[string]{MaxSize: 1})
		assert.ErrorIs(t, same.TryPut(within(t, 10*time.Second), "a"), distributed.ErrShutdown, "opening is not enough")

		_, err := distributed.OpenQueue(within(t, 10*time.Second), c, "jobs", distributed.QueueConfig[string]{MaxSize: 7, Levels: 2})
		assert.ErrorIs(t, err, distributed.ErrMismatch)
		assert.ErrorContains(t, err, "MaxSize 1,")
		assert.ErrorContains(t, err, "MaxSize 7,")

		admin := s.client(t, distributed.Config{Namespace: ns, Reconfigure: true})
		wide := openQueue(t, admin, distributed.QueueConfig[string]{MaxSize: 7, Levels: 2, Level: func(v string) int { return len(v) - 1 }})
		put(t, wide, "bb", "a")
		// Another process goes on with the new settings, the new level too.
		got := []string{get(t, q).Value, get(t, q).Value}
		assert.ElementsMatch(t, []string{"a", "bb"}, got)
		_, err = distributed.OpenQueue(within(t, 10*time.Second), admin, "jobs", distributed.QueueConfig[string]{MaxSize: 7, Levels: 1})
		assert.ErrorIs(t, err, distributed.ErrMismatch, "levels can only be added")
	})
}

func TestDoSettlesByWhatItsFunctionReturns(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var log events
		q := openQueue(t, s.client(t, distributed.Config{Logger: log.logger()}), distributed.QueueConfig[string]{
			Attempts: 3, Backoff: func(int) time.Duration { return 0 },
		})
		ctx := within(t, time.Minute)

		put(t, q, "good")
		require.NoError(t, get(t, q).Do(ctx, func(ctx context.Context) error { return ctx.Err() }))
		require.NoError(t, q.Join(ctx))

		put(t, q, "bad")
		for _, fail := range []func() error{
			func() error { return errors.New("boom") },
			func() error { panic("ouch") },
			func() error { runtimeGoexit(); return nil },
		} {
			require.NoError(t, get(t, q).Do(ctx, func(context.Context) error { return fail() }))
		}
		require.NoError(t, q.Join(ctx))
		letter := get(t, q.DeadLetters())
		assert.Equal(t, 3, letter.Attempt)
		assert.Contains(t, letter.Reason, "Goexit")
		failures := log.of("distributed: attempt failed")
		require.Len(t, failures, 3)
		assert.Equal(t, "jobs", failures[0].attrs["queue"])
		assert.EqualValues(t, 1, failures[0].attrs["attempt"])
		assert.Contains(t, failures[1].attrs["stack"], "TestDoSettles")
	})
}

func TestDoWithAnEndedContextGivesTheItemBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		q := openQueue(t, s.client(t, distributed.Config{}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		err := get(t, q).Do(done(), func(context.Context) error { t.Error("called"); return nil })
		assert.ErrorIs(t, err, context.Canceled)

		ctx, cancel := context.WithCancelCause(within(t, time.Minute))
		why := errors.New("why")
		err = get(t, q).Do(ctx, func(ctx context.Context) error {
			cancel(why)
			return fmt.Errorf("wrapped: %w", ctx.Err())
		})
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, why)

		ctx2, cancel2 := context.WithCancel(within(t, time.Minute))
		assert.NoError(t, get(t, q).Do(ctx2, func(context.Context) error { cancel2(); return nil }), "nil is Done, whatever the context says")
		assert.NoError(t, q.Join(within(t, 10*time.Second)))
	})
}

func TestDoAddsNothingToWhatItsFunctionHasSettled(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var log events
		q := openQueue(t, s.client(t, distributed.Config{Logger: log.logger()}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		it := get(t, q)
		require.NoError(t, it.Do(within(t, time.Minute), func(ctx context.Context) error {
			assert.NoError(t, it.Done())
			assert.NoError(t, ctx.Err())
			return errors.New("too late to matter")
		}))
		assert.NoError(t, q.Join(within(t, 10*time.Second)))
		assert.Empty(t, log.of("distributed: attempt failed"))
	})
}

func TestBackoffThatPanicsGivesTheItemBack(t *testing.T) {
	q := openQueue(t, one.up(t).client(t, distributed.Config{}), distributed.QueueConfig[string]{Backoff: func(int) time.Duration { panic("backoff") }})
	put(t, q, "a")
	assert.PanicsWithValue(t, "backoff", func() {
		_ = get(t, q).Do(within(t, time.Minute), func(context.Context) error { return errors.New("boom") })
	})
	assert.Equal(t, 2, get(t, q).Attempt)
}

func TestConsumeWorksWithARemoteQueue(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{MaxSize: 20, Backoff: func(int) time.Duration { return 0 }})
		worker := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{MaxSize: 20, Backoff: func(int) time.Duration { return 0 }})
		var mu sync.Mutex
		seen := map[string]int{}
		consumed := make(chan error, 1)
		go func() {
			consumed <- taskgroup.Consume(context.Background(), 8, worker.Items, func(ctx context.Context, it *distributed.Item[string]) error {
				return it.Do(ctx, func(context.Context) error {
					if strings.HasSuffix(it.Value, "7") && it.Attempt == 1 {
						return errors.New("the first time")
					}
					mu.Lock()
					defer mu.Unlock()
					seen[it.Value]++
					return nil
				})
			})
		}()
		ctx := within(t, time.Minute)
		var want []string
		for i := range 100 {
			want = append(want, fmt.Sprint(i))
		}
		require.NoError(t, taskgroup.ForEach(ctx, 16, slices.Values(want), q.Put))
		require.NoError(t, q.Join(ctx))
		require.NoError(t, q.Shutdown(ctx))
		require.NoError(t, <-consumed)
		assert.Len(t, seen, 100)
		for v, n := range seen {
			assert.Equal(t, 1, n, v)
		}
	})
}
