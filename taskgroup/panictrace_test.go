package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

//go:noinline
func bugIsHere() { panic("the bug") }

// raising are the calls that raise a panic of a function that runs in another
// goroutine.
var raising = map[string]func(ctx context.Context){
	"Run": func(ctx context.Context) {
		_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(context.Context) error { bugIsHere(); return nil })
			return nil
		})
	},
	"Group.Wait": func(ctx context.Context) {
		g := taskgroup.New(ctx)
		taskgroup.Go(g, func(context.Context) (int, error) { bugIsHere(); return 1, nil })
		_ = g.Wait()
	},
	"Group.Shutdown": func(ctx context.Context) {
		g := taskgroup.New(ctx)
		g.Go(func(context.Context) error { bugIsHere(); return nil })
		_ = g.Shutdown(ctx)
	},
	"nested Run": func(ctx context.Context) {
		_ = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
			g.Go(func(ctx context.Context) error {
				return taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(context.Context) error { bugIsHere(); return nil })
					return nil
				})
			})
			return nil
		})
	},
	"Gather": func(ctx context.Context) {
		_, _ = taskgroup.Gather(ctx, value(1), func(context.Context) (int, error) { bugIsHere(); return 1, nil })
	},
	"Map": func(ctx context.Context) {
		_, _ = taskgroup.Map(ctx, 2, upTo(1), func(context.Context, int) (int, error) { bugIsHere(); return 1, nil })
	},
	"ForEach": func(ctx context.Context) {
		_ = taskgroup.ForEach(ctx, 2, slices.Values(upTo(1)), func(context.Context, int) error { bugIsHere(); return nil })
	},
	"MapSeq": func(ctx context.Context) {
		for _, err := range taskgroup.MapSeq(ctx, 2, slices.Values(upTo(1)), func(context.Context, int) (int, error) { bugIsHere(); return 1, nil }) {
			fmt.Println(err)
		}
	},
	"MapSource, its source": func(ctx context.Context) {
		for _, err := range taskgroup.MapSource(ctx, 2, yields(0, func(context.Context, func(int, error) bool) { bugIsHere() }), double) {
			fmt.Println(err)
		}
	},
	"Race": func(ctx context.Context) {
		_, _ = taskgroup.Race(ctx, func(context.Context) (int, error) { bugIsHere(); return 1, nil })
	},
	"AsCompleted": func(ctx context.Context) {
		for r := range taskgroup.AsCompleted(ctx, func(context.Context) (int, error) { bugIsHere(); return 1, nil }) {
			fmt.Println(r)
		}
	},
	"Shared.Do": func(ctx context.Context) {
		var s taskgroup.Shared[string, int]
		_, _, _ = s.Do(ctx, "key", func(context.Context) (int, error) { bugIsHere(); return 1, nil })
	},
	"Blocking": func(ctx context.Context) {
		_, _ = taskgroup.Blocking(ctx, func() (int, error) { bugIsHere(); return 1, nil })
	},
}

func init() {
	for name, raise := range raising {
		children["uncaught, "+name] = func() { raise(context.Background()) }
	}
}

// Rule 8: the trace of a panic that is not recovered shows where the bug is: the
// task's own stack, with lines of its own.
func TestTheTraceOfAnUncaughtPanic(t *testing.T) {
	for name := range raising {
		t.Run(name, func(t *testing.T) {
			output, ok := inChild(t, "uncaught, "+name)
			assert.False(t, ok)
			_, trace, found := strings.Cut(output, "\npanic: ")
			if !found {
				_, trace, found = strings.Cut(output, "panic: ")
			}
			require.True(t, found, output)
			first, trace, _ := strings.Cut(trace, "\n")
			assert.Contains(t, first, "panicked: the bug")
			own := false
			for line := range strings.SplitSeq(trace, "\n") {
				own = own || strings.HasPrefix(strings.TrimLeft(line, "\t"), "example.com/asyncgo/taskgroup_test.bugIsHere(")
			}
			assert.True(t, own, output)
		})
	}
}

// The text of one that is raised ends with the stack, once; that of one that is
// returned or logged does not have it, and the log has it apart.
func TestTheTextOfARaisedPanic(t *testing.T) {
	for name, raise := range raising {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reports := testkit.CaptureLog(t)
				pe := raisedPanic(t, func() { raise(t.Context()) })
				assert.True(t, strings.HasSuffix(pe.Error(), "panicked: the bug\n\n"+string(pe.Stack)), pe.Error())
				assert.Contains(t, string(pe.Stack), "taskgroup_test.bugIsHere")
				assert.Equal(t, 1, strings.Count(pe.Error(), "taskgroup_test.bugIsHere("))
				records := reports.Take()
				if assert.Len(t, records, 1) {
					assert.Equal(t, "the bug", testkit.Attr(records[0], "panic"))
					assert.Contains(t, testkit.Attr(records[0], "stack"), "taskgroup_test.bugIsHere")
					assert.NotContains(t, records[0].Message, "bugIsHere")
				}
			})
		})
	}
}

// Where a panic is returned, its text has no stack: also one that was raised by an
// inner group before, and one within a list of failures.
func TestTheTextOfAReturnedPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		for name, raise := range raising {
			// Nothing is canceled: a panic of what Blocking has left ends the process.
			g := taskgroup.New(t.Context(), taskgroup.WithPanics(taskgroup.PanicAsError), taskgroup.WithKeepGoing())
			task := taskgroup.Go(g, func(ctx context.Context) (int, error) { raise(ctx); return 1, nil })
			g.Go(returns(errBoom))
			err := g.Wait()
			pe, ok := errors.AsType[*taskgroup.PanicError](err)
			require.True(t, ok, name)
			_, waited := task.Wait(t.Context())
			for _, err := range []error{err, pe, waited, taskgroup.Settle(t.Context(), func(ctx context.Context) (int, error) { raise(ctx); return 1, nil })[0].Err} {
				assert.ErrorContains(t, err, "panicked: the bug", name)
				assert.NotContains(t, err.Error(), "bugIsHere", name)
				assert.NotContains(t, err.Error(), "goroutine ", name)
			}
		}
	})
}

// Every join of a group raises the very same *PanicError, from whatever goroutine.
func TestEveryJoinRaisesTheSamePanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		testkit.CaptureLog(t)
		g := taskgroup.New(t.Context())
		g.Go(func(context.Context) error { bugIsHere(); return nil })
		raised := make(chan any, 10)
		for i := range cap(raised) {
			go func() {
				raised <- testkit.Raised(func() {
					if i%2 == 0 {
						_ = g.Wait()
					} else {
						_ = g.Shutdown(context.Background())
					}
				})
			}()
		}
		synctest.Wait()
		first := <-raised
		require.NotNil(t, first)
		for len(raised) > 0 {
			assert.Same(t, first, <-raised)
		}
	})
}
