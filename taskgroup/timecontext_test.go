package taskgroup_test

import (
	"bytes"
	"context"
	"maps"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// A deadline around a scope that is not kept does not keep the scope from ending in
// time.
func TestTimeScopesDoNotRelyOnADeadlineAroundThem(t *testing.T) {
	for name, c := range map[string]struct {
		deadline time.Duration
		done     bool
	}{
		"passed, no Done":              {-ms, false},
		"passed, a Done never closed":  {-ms, true},
		"to come, no Done":             {ms, false},
		"to come, a Done never closed": {ms, true},
		"the same moment, no Done":     {5 * ms, false},
		"later, no Done":               {9 * ms, false},
		"later, a Done never closed":   {9 * ms, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var done chan struct{}
				if c.done {
					done = make(chan struct{})
				}
				ctx := &testkit.Context{
					Parent: t.Context(), Until: time.Now().Add(c.deadline),
					OnDone: func() <-chan struct{} { return done }, OnErr: testkit.Never,
				}
				_, err := taskgroup.WaitFor(ctx, 5*ms, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
				assert.ErrorIs(t, err, taskgroup.ErrTimeout)
				expired, err := taskgroup.MoveOnAfter(ctx, 5*ms, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
				assert.True(t, expired)
				assert.NoError(t, err)
				err = taskgroup.Timeout(ctx, 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error { <-ctx.Done(); return ctx.Err() })
				assert.ErrorIs(t, err, taskgroup.ErrTimeout)
			})
		})
	}
}

// A deadline that had passed at the call and has ended nothing is not waited
// for; one that comes first and is not kept, for a moment.
func TestTimeScopesEndInTimeWithinADeadlineThatIsNotKept(t *testing.T) {
	scopes := map[string]func(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) error{
		"MoveOnAfter": func(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) error {
			expired, err := taskgroup.MoveOnAfter(ctx, d, fn)
			assert.True(t, expired)
			assert.NoError(t, err)
			return taskgroup.ErrTimeout
		},
	}
	maps.Copy(scopes, timeScopes)
	for kind, scope := range scopes {
		for name, c := range map[string]struct{ deadline, late time.Duration }{
			"an hour ago":       {-time.Hour, 0},
			"a moment ago":      {-1, 0},
			"to come":           {ms, 100 * ms},
			"at the same time":  {5 * ms, 100 * ms},
			"long before":       {time.Second, 0},
			"later than itself": {time.Hour, 0},
		} {
			for _, done := range []chan struct{}{nil, make(chan struct{})} {
				t.Run(kind+", "+name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						if done != nil {
							done = make(chan struct{})
						}
						d := 5 * ms
						if c.deadline == time.Second {
							d = 2 * time.Second
						}
						begin := time.Now()
						err := scope(&testkit.Context{Parent: t.Context(), Until: begin.Add(c.deadline), OnDone: func() <-chan struct{} { return done }}, d, func(ctx context.Context) error {
							<-ctx.Done()
							return ctx.Err()
						})
						assert.ErrorIs(t, err, taskgroup.ErrTimeout)
						assert.LessOrEqual(t, time.Since(begin), d+c.late)
					})
				})
			}
		}
	}
}

// A deadline that has come just now, and whose timer is still to fire, counts.
func TestTimeScopesWithinADeadlineThatComesNow(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), ms)
			defer cancel()
			time.Sleep(ms)
			err := taskgroup.Timeout(ctx, 0, func(ctx context.Context, _ *taskgroup.Deadline) error { return ctx.Err() })
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, taskgroup.ErrTimeout)
		})
	}
}

// What a time scope takes: no goroutine, but one that package context starts to
// watch a context whose type it does not know.
func TestWaitForTakesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := newTellingContext()
		foreign := &testkit.Context{Channel: make(chan struct{}), OnErr: testkit.Never, OnValue: testkit.NoValues}
		for _, ctx := range []context.Context{t.Context(), own, foreign} {
			more := 0
			if ctx == foreign {
				more = 1
			}
			before := bubbleSize()
			_, err := taskgroup.WaitFor(ctx, time.Hour, func(context.Context) (int, error) {
				assert.Equal(t, before+more, bubbleSize(), "%T", ctx)
				return 1, nil
			})
			assert.NoError(t, err)
			assert.Equal(t, before, bubbleSize(), "%T", ctx)
		}
		task := taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			before := bubbleSize()
			return taskgroup.WaitFor(ctx, time.Hour, func(context.Context) (int, error) {
				return bubbleSize() - before, nil
			})
		})
		more, err := task.Wait(t.Context())
		assert.NoError(t, err)
		assert.Zero(t, more, "a task's context")
	})
}

// bubbleSize returns how many goroutines the bubble of the caller has.
func bubbleSize() int {
	synctest.Wait() // for those that are about to exit
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	self, _, _ := bytes.Cut(stacks, []byte("\n")) // goroutine 7 [running, synctest bubble 5]:
	_, bubble, _ := bytes.Cut(self, []byte("synctest bubble "))
	return bytes.Count(stacks, append([]byte("synctest bubble "), bubble...))
}
