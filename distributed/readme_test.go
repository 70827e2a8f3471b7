package distributed_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/taskgroup"
)

// The code of the README and of docs/distributed.md stands here, and runs.

type (
	Image  string
	Thumb  string
	Job    struct{ ID string }
	Input  = int
	Output = int
)

func doResize(_ context.Context, i Image) (Thumb, error) { return Thumb("small " + i), nil }

func TestTheProgramOfTheReadme(t *testing.T) {
	ctx := within(t, time.Minute)
	c, err := embedded.Open(ctx, distributed.Config{})
	require.NoError(t, err)

	images := []Image{"sun", "moon"}
	served := make(chan error, 1)
	serveCtx, stop := context.WithCancel(ctx)
	go func() {
		ctx := serveCtx
		err := distributed.Serve(ctx, c, 8, distributed.Handle("resize", doResize))
		served <- err
	}()

	resize := distributed.Func[Image, Thumb](c, "resize")
	thumbs, err := taskgroup.Map(ctx, 100, images, resize) // also Gather, FirstSuccess, WaitFor
	require.NoError(t, err)
	assert.Equal(t, []Thumb{"small sun", "small moon"}, thumbs)
	stop()
	assert.ErrorIs(t, <-served, context.Canceled)

	work := func(context.Context, Job) error { return nil }
	source := slices.Values([]Job{{"a"}, {"b"}, {"c"}})
	jobs, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[Job]{
		MaxSize: 100,
		Key:     func(j Job) string { return j.ID },
	})
	require.NoError(t, err)
	err = taskgroup.ForEach(ctx, 64, source, jobs.Put)
	require.NoError(t, err)
	require.NoError(t, jobs.Shutdown(ctx))
	{
		err := taskgroup.Consume(ctx, 8, jobs.Items, func(ctx context.Context, it *distributed.Item[Job]) error {
			return it.Do(ctx, func(ctx context.Context) error { return work(ctx, it.Value) })
		})
		require.NoError(t, err)
	}

	db, err := distributed.OpenSemaphore(ctx, c, "db", 5)
	require.NoError(t, err)
	gctx, limit := db.Limiter(ctx) // one limit for all machines
	g := taskgroup.New(gctx, taskgroup.WithLimiter(limit))
	for range 10 {
		g.Go(func(context.Context) error { return nil })
	}
	require.NoError(t, g.Wait())
	require.NoError(t, c.Close(ctx))
}

func TestTheProgramOfTheGuide(t *testing.T) {
	ctx := within(t, time.Minute)
	c := one.up(t).client(t, distributed.Config{})
	serve(t, c, 4, distributed.Handle("f", double))
	inputs := []Input{1, 2, 3}

	f := distributed.Func[Input, Output](c, "f")
	results, err := taskgroup.Map(ctx, 100, inputs, f)

	require.NoError(t, err)
	assert.Equal(t, "[2 4 6]", fmt.Sprint(results))
}
