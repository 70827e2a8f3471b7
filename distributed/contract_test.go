package distributed_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/taskgroup"
)

// The public surface, as programs use it.
var (
	_ func(context.Context, string, distributed.Config) (*distributed.Client, error)                                    = distributed.Connect
	_ func(*distributed.Client, context.Context) error                                                                  = (*distributed.Client).Close
	_ func(*distributed.Client, string) func(context.Context, int) (string, error)                                      = distributed.Func[int, string]
	_ func(*distributed.Client, string, time.Duration, func(int) string) func(context.Context, int) (string, error)     = distributed.Memo[int, string]
	_ func(context.Context, *distributed.Client, int, ...distributed.Handler) error                                     = distributed.Serve
	_ func(string, func(context.Context, int) (string, error)) distributed.Handler                                      = distributed.Handle[int, string]
	_ func(context.Context, *distributed.Client, string, distributed.QueueConfig[int]) (*distributed.Queue[int], error) = distributed.OpenQueue[int]
	_ func(*distributed.Queue[int], context.Context) iter.Seq[*distributed.Item[int]]                                   = (*distributed.Queue[int]).Items
	_ func(context.Context, *distributed.Client, string, int) (*distributed.Semaphore, error)                           = distributed.OpenSemaphore
	_ func(context.Context, *distributed.Client, string) (*distributed.Variable[int], error)                            = distributed.OpenVariable[int]
	_ func(*distributed.Variable[int], context.Context, func(int, bool) (int, error)) (int, error)                      = (*distributed.Variable[int]).Update
	_ func(context.Context, embedded.Config) (*embedded.Server, error)                                                  = embedded.Start
	_ func(context.Context, distributed.Config) (*distributed.Client, error)                                            = embedded.Open
	_ func(*distributed.Semaphore, context.Context) (context.Context, interface {
		AcquireN(ctx context.Context, n int) error
		TryAcquireN(n int) bool
		ReleaseN(n int)
	}) = (*distributed.Semaphore).Limiter
)

// A plain variable that is written before an operation may be read after the
// one that it happens before: the race detector says so.
func TestHappensBefore(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a, b := s.client(t, distributed.Config{Namespace: ns}), s.client(t, distributed.Config{Namespace: ns})
		ctx := within(t, time.Minute)
		var shared int
		serve(t, b, 1, distributed.Handle("count", func(context.Context, int) (int, error) {
			shared++
			return shared, nil
		}))
		qa, qb := openQueue(t, a, distributed.QueueConfig[string]{}), openQueue(t, b, distributed.QueueConfig[string]{})
		sa, sb := openSemaphore(t, a, 1), openSemaphore(t, b, 1)
		va, vb := openVariable(t, a), openVariable(t, b)
		first := acquire(t, sa)
		g := taskgroup.New(ctx)
		g.Go(func(ctx context.Context) error { // Put before Get
			it, err := qb.Get(ctx)
			if err != nil {
				return err
			}
			shared++
			if err := vb.Set(ctx, 1); err != nil { // Set before Get
				return err
			}
			return it.Done()
		})
		g.Go(func(ctx context.Context) error { // Release before Acquire
			return sb.Do(ctx, func(context.Context) error {
				shared++
				return vb.Set(ctx, 2)
			})
		})
		shared++
		require.NoError(t, qa.Put(ctx, "x"))
		_, err := va.Get(ctx)
		require.NoError(t, err)
		shared++
		require.NoError(t, first.Release())
		for n := range va.Changes(ctx) {
			if n == 2 {
				break
			}
		}
		shared++
		n, err := distributed.Func[int, int](a, "count")(ctx, 0) // call, handler, return
		require.NoError(t, err)
		shared++
		require.NoError(t, g.Wait())
		assert.Equal(t, 6, n)
		assert.Equal(t, 7, shared)
	})
}
