package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/taskgroup"
)

// serve serves handlers until the test ends.
func serve(t *testing.T, c *distributed.Client, limit int, handlers ...distributed.Handler) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- distributed.Serve(ctx, c, limit, handlers...) }()
	t.Cleanup(func() {
		cancel()
		err := <-served
		if !errors.Is(err, distributed.ErrClosed) {
			assert.ErrorIs(t, err, context.Canceled)
		}
	})
}

func double(_ context.Context, n int) (int, error) { return 2 * n, nil }

func TestACallReturnsWhatTheHandlerReturned(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		caller, worker := s.client(t, distributed.Config{Namespace: ns}), s.client(t, distributed.Config{Namespace: ns})
		call := distributed.Func[int, int](caller, "double")
		early := make(chan int, 1)
		go func() { // before anything serves it
			n, err := call(context.Background(), 4)
			assert.NoError(t, err)
			early <- n
		}()
		time.Sleep(300 * time.Millisecond)
		serve(t, worker, 4, distributed.Handle("double", double))
		assert.Equal(t, 8, <-early)
		got, err := taskgroup.Map(within(t, time.Minute), 10, []int{1, 2, 3, 4, 5, 6, 7, 8}, call)
		require.NoError(t, err)
		assert.Equal(t, []int{2, 4, 6, 8, 10, 12, 14, 16}, got)
	})
}

type coded struct{ text, code string }

func (e coded) Error() string { return e.text }
func (e coded) Code() string  { return e.code }

func TestAFailureIsARemoteError(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var log events
		c := s.client(t, distributed.Config{Logger: log.logger()})
		var calls atomic.Int64
		serve(t, c, 2, distributed.Handle("fail", func(_ context.Context, how string) (int, error) {
			calls.Add(1)
			switch how {
			case "code":
				return 0, fmt.Errorf("wrapped: %w", errors.Join(io.EOF, coded{"no rows", "app.no-rows"}))
			case "panic":
				panic("ouch")
			case "goexit":
				runtimeGoexit()
			case "canceled":
				return 0, context.Canceled
			}
			return 0, io.EOF
		}))
		call := distributed.Func[string, int](c, "fail")
		ctx := within(t, time.Minute)
		remote := func(how string) *distributed.RemoteError {
			_, err := call(ctx, how)
			var e *distributed.RemoteError
			require.ErrorAs(t, err, &e)
			return e
		}
		e := remote("plain")
		assert.Equal(t, "EOF", e.Text)
		assert.Equal(t, "fail", e.Func)
		assert.Equal(t, 1, e.Attempt)
		assert.NotEmpty(t, e.Worker)
		assert.NotErrorIs(t, e, io.EOF, "identity is lost")
		assert.False(t, e.Panic)

		e = remote("code")
		assert.Equal(t, "app.no-rows", e.Code)
		assert.ErrorIs(t, e, coded{"other text", "app.no-rows"})
		assert.NotErrorIs(t, e, coded{"no rows", "app.other"})

		e = remote("panic")
		assert.True(t, e.Panic)
		assert.Equal(t, "ouch", e.Text)
		assert.Contains(t, e.Stack, "TestAFailureIsARemoteError")

		assert.Contains(t, remote("goexit").Text, "Goexit")
		assert.Equal(t, "context canceled", remote("canceled").Text)
		assert.EqualValues(t, 5, calls.Load(), "a failure is a result, and not repeated")
		failures := log.of("distributed: call failed")
		require.Len(t, failures, 5)
		assert.Equal(t, "fail", failures[0].attrs["func"])

		// It is never an echo: a group takes it for a failure.
		_, err := taskgroup.Map(ctx, 1, []string{"canceled"}, call)
		var remoteErr *distributed.RemoteError
		assert.ErrorAs(t, err, &remoteErr)
	})
}

func TestACallThatNoWorkerHasIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		call := distributed.Func[int, int](c, "double")
		_, err := call(done(), 1)
		assert.ErrorIs(t, err, context.Canceled)
		_, err = call(within(t, 5*time.Second), 2)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "function double (no worker has answered yet)")
		closeClient(t, c) // waits for what is taken back

		var ran atomic.Int64
		other := s.client(t, distributed.Config{Namespace: ns})
		serve(t, other, 1, distributed.Handle("double", func(_ context.Context, n int) (int, error) {
			ran.Add(1)
			return n, nil
		}))
		_, err = distributed.Func[int, int](other, "double")(within(t, 30*time.Second), 3)
		require.NoError(t, err)
		assert.EqualValues(t, 1, ran.Load())
	})
}

func TestTheEndOfTheCallersContextReachesTheHandler(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		caller, worker := s.client(t, distributed.Config{Namespace: ns}), s.client(t, distributed.Config{Namespace: ns})
		began, ended := make(chan struct{}), make(chan error, 1)
		serve(t, worker, 1, distributed.Handle("wait", func(ctx context.Context, _ int) (int, error) {
			close(began)
			<-ctx.Done()
			ended <- ctx.Err()
			return 0, ctx.Err()
		}))
		ctx, cancel := context.WithCancel(within(t, time.Minute))
		go func() { <-began; cancel() }()
		_, err := distributed.Func[int, int](caller, "wait")(ctx, 1)
		assert.ErrorIs(t, err, context.Canceled)
		select {
		case err := <-ended:
			assert.Equal(t, context.Canceled, err)
		case <-time.After(5 * time.Second):
			t.Error("the handler's context has not ended")
		}
	})
}

func TestServeRunsAtMostItsLimit(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		var held, most atomic.Int64
		var count sync.Map
		handler := func(name string) distributed.Handler {
			return distributed.Handle(name, func(context.Context, int) (int, error) {
				most.Store(max(most.Load(), held.Add(1)))
				time.Sleep(2 * time.Millisecond)
				held.Add(-1)
				n, _ := count.LoadOrStore(name, new(atomic.Int64))
				n.(*atomic.Int64).Add(1)
				return 0, nil
			})
		}
		serve(t, c, 3, handler("a"), handler("b"))
		a, b := distributed.Func[int, int](c, "a"), distributed.Func[int, int](c, "b")
		_, err := taskgroup.Map(within(t, time.Minute), 20, make([]int, 60), func(ctx context.Context, i int) (int, error) {
			if _, err := a(ctx, i); err != nil {
				return 0, err
			}
			return b(ctx, i)
		})
		require.NoError(t, err)
		assert.LessOrEqual(t, most.Load(), int64(3))
	})
}

func TestServeGivesItsHandlersGrace(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		caller := s.client(t, distributed.Config{Namespace: ns})
		worker := s.client(t, distributed.Config{Namespace: ns, Grace: 10 * time.Second})
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), contextKey{}, "worker's"))
		began := make(chan struct{})
		served := make(chan error, 1)
		go func() {
			served <- distributed.Serve(ctx, worker, 1, distributed.Handle("slow", func(ctx context.Context, _ int) (string, error) {
				close(began)
				time.Sleep(500 * time.Millisecond)
				return ctx.Value(contextKey{}).(string), ctx.Err()
			}))
		}()
		go func() { <-began; cancel(why) }()
		got, err := distributed.Func[int, string](caller, "slow")(within(t, 30*time.Second), 1)
		require.NoError(t, err, "it went on")
		assert.Equal(t, "worker's", got)
		err = <-served
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, why)
	})
}

func TestACallWhoseHandlerEchoesTheEndOfServeIsGivenBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		caller, worker := s.client(t, distributed.Config{Namespace: ns}), s.client(t, distributed.Config{Namespace: ns})
		ctx, cancel := context.WithCancel(context.Background())
		began := make(chan struct{})
		served := make(chan error, 1)
		go func() {
			served <- distributed.Serve(ctx, worker, 1, distributed.Handle("double", func(ctx context.Context, _ int) (int, error) {
				close(began)
				<-ctx.Done()
				return 0, ctx.Err()
			}))
		}()
		go func() {
			<-began
			cancel()
			assert.ErrorIs(t, <-served, context.Canceled)
			serve(t, s.client(t, distributed.Config{Namespace: ns}), 1, distributed.Handle("double", double))
		}()
		began2 := time.Now()
		n, err := distributed.Func[int, int](caller, "double")(within(t, 30*time.Second), 21)
		require.NoError(t, err)
		assert.Equal(t, 42, n)
		assert.Less(t, time.Since(began2), testLease, "at once")
	})
}

func TestMemoIsOneCallWhileItIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a, b := s.client(t, distributed.Config{Namespace: ns}), s.client(t, distributed.Config{Namespace: ns})
		var ran atomic.Int64
		serve(t, b, 10, distributed.Handle("expensive", func(context.Context, string) (int64, error) {
			time.Sleep(100 * time.Millisecond)
			return ran.Add(1), nil
		}))
		keep := 5 * time.Second // longer than it takes a busy machine to make the calls
		key := func(s string) string { return s }
		calls := []func(context.Context, string) (int64, error){
			distributed.Memo[string, int64](a, "expensive", keep, key), distributed.Memo[string, int64](b, "expensive", keep, key),
		}
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				n, err := calls[i%2](within(t, 30*time.Second), "x")
				assert.NoError(t, err)
				assert.EqualValues(t, 1, n)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, ran.Load())
		_, err := calls[0](within(t, 30*time.Second), "y")
		require.NoError(t, err)
		assert.EqualValues(t, 2, ran.Load())
		require.Eventually(t, func() bool { // after keep it runs anew, though its id is remembered for longer
			n, err := calls[0](within(t, 30*time.Second), "x")
			return assert.NoError(t, err) && n > 2
		}, 30*time.Second, 300*time.Millisecond)
		assert.EqualValues(t, 3, ran.Load())
	})
}

func TestMemoKeepsNoFailure(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		var ran atomic.Int64
		serve(t, c, 10, distributed.Handle("flaky", func(context.Context, int) (int64, error) {
			time.Sleep(2 * time.Second) // all wait for it by then
			if n := ran.Add(1); n < 3 {
				return 0, fmt.Errorf("failure %d", n)
			}
			return ran.Load(), nil
		}))
		call := distributed.Memo[int, int64](c, "flaky", time.Minute, func(int) string { return "k" })
		ctx := within(t, time.Minute)
		_, err := distributed.Func[int, int64](c, "other")(brief(t), 1) // all is set up, so that calls take no time to speak of
		require.Error(t, err)
		for i := 1; i < 3; i++ {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					_, err := call(ctx, 1)
					assert.ErrorContains(t, err, "failure "+fmt.Sprint(i))
				})
			}
			all.Wait()
		}
		n, err := call(ctx, 1)
		require.NoError(t, err)
		assert.EqualValues(t, 3, n)
		n, err = call(ctx, 1)
		require.NoError(t, err)
		assert.EqualValues(t, 3, n)
	})
}

func TestMemoIsNotCanceledByACaller(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		began, proceed := make(chan struct{}), make(chan struct{})
		serve(t, c, 1, distributed.Handle("shared", func(ctx context.Context, _ int) (string, error) {
			close(began)
			<-proceed
			return "value", ctx.Err()
		}))
		call := distributed.Memo[int, string](c, "shared", time.Minute, func(int) string { return "k" })
		ctx, cancel := context.WithCancel(within(t, time.Minute))
		go func() { <-began; cancel() }()
		_, err := call(ctx, 1)
		assert.ErrorIs(t, err, context.Canceled)
		time.Sleep(300 * time.Millisecond)
		close(proceed)
		got, err := call(within(t, 30*time.Second), 1)
		require.NoError(t, err)
		assert.Equal(t, "value", got)
	})
}

func TestAResultThatIsTooLargeOrCannotBeEncoded(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		serve(t, c, 1,
			distributed.Handle("large", func(_ context.Context, n int) (string, error) { return strings.Repeat("x", n), nil }),
			distributed.Handle("func", func(context.Context, int) (func(), error) { return func() {}, nil }),
			distributed.Handle("number", double))
		ctx := within(t, time.Minute)
		got, err := distributed.Func[int, string](c, "large")(ctx, 1000_000)
		require.NoError(t, err)
		assert.Len(t, got, 1000_000)
		_, err = distributed.Func[int, string](c, "large")(ctx, 2<<20)
		assert.ErrorIs(t, err, distributed.ErrTooLarge)
		_, err = distributed.Func[int, string](c, "func")(ctx, 1)
		assert.ErrorIs(t, err, distributed.ErrCodec)
		_, err = distributed.Func[string, int](c, "number")(ctx, "no number")
		assert.ErrorIs(t, err, distributed.ErrCodec)
		_, err = distributed.Func[int, string](c, "number")(ctx, 1)
		assert.ErrorIs(t, err, distributed.ErrCodec, "of the value, at the caller")
		_, err = distributed.Func[string, int](c, "number")(ctx, strings.Repeat("x", 2<<20))
		assert.ErrorIs(t, err, distributed.ErrTooLarge)
	})
}
