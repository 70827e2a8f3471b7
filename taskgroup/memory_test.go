package taskgroup_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// big is something that a function captures.
type big struct{ _ [1 << 16]byte }

// holding returns a function that keeps a big alive, and a way to see whether
// it still does.
func holding() (taskgroup.Func[int], weak.Pointer[big]) {
	b := new(big)
	return func(context.Context) (int, error) {
		runtime.KeepAlive(b)
		return 0, nil
	}, weak.Make(b)
}

func collected(p weak.Pointer[big]) bool {
	runtime.GC()
	return p.Value() == nil
}

// Rule 11: a handle does not keep what its function captured, whether that ran
// or will never run.
func TestFunctionsAreForgotten(t *testing.T) {
	for name, begin := range map[string]func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int]{
		"ran": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			return taskgroup.Start(ctx, fn)
		},
		"done context": func(_ context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return taskgroup.Start(ctx, fn)
		},
		"cancelled before it began": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			task := taskgroup.Start(ctx, fn)
			task.Cancel(nil)
			return task
		},
		"refused": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx)
			_ = g.Wait()
			return taskgroup.Go(g, fn)
		},
		"cancelled in the backlog": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
			g.Go(untilDone)
			task := taskgroup.Go(g, fn)
			task.Cancel(nil)
			g.Stop()
			_ = g.Wait()
			return task
		},
		"drained with the backlog": func(ctx context.Context, fn taskgroup.Func[int]) *taskgroup.Task[int] {
			g := taskgroup.New(ctx, taskgroup.WithLimit(1), taskgroup.WithBacklog(-1))
			g.Go(untilDone)
			task := taskgroup.Go(g, fn)
			g.Stop()
			_ = g.Wait()
			return task
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fn, captured := holding()
				require.NotNil(t, captured.Value())
				task := begin(t.Context(), fn)
				<-task.Done()
				synctest.Wait()
				assert.True(t, collected(captured))
				runtime.KeepAlive(task)
			})
		})
	}
}
