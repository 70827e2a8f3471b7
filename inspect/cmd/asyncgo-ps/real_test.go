package main

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// Two tasks that wait for each other's lock are printed and found, on the page
// that a process serves.
func TestADeadlockIsFound(t *testing.T) {
	m := inspect.New(inspect.WithStacks())
	defer m.Close()
	url := serve(t, inspecthttp.Handler(m))
	status, stdout, stderr := ps(t, url)
	assert.Equal(t, clean, status)
	assert.Equal(t, "\nno findings\n", stdout)
	assert.Empty(t, stderr)

	over := errors.New("over")
	ctx, cancel := context.WithCancelCause(m.Context(t.Context()))
	g := taskgroup.New(ctx, taskgroup.WithName("bank"))
	var a, b semaphore.Lock
	both := semaphore.NewBarrier(2)
	move := func(from, to *semaphore.Lock) func(context.Context) error {
		return func(ctx context.Context) error {
			return from.Do(ctx, func(ctx context.Context) error {
				if _, err := both.Wait(ctx); err != nil {
					return err
				}
				return to.Do(ctx, func(context.Context) error { return nil })
			})
		}
	}
	g.Go(move(a.Named("a"), b.Named("b")), taskgroup.Named("there"))
	g.Go(move(&b, &a), taskgroup.Named("back"))

	for status != found { // until both wait
		status, _, stderr = ps(t, url)
		require.Empty(t, stderr)
	}
	_, stdout, _ = ps(t, url) // the tree is read before the findings
	assert.Contains(t, stdout, `group "bank"`)
	assert.Contains(t, stdout, `holds lock "a"`)
	assert.Contains(t, stdout, "\n\ndeadlock: bank/")

	_, stdout, _ = ps(t, "-stacks", url)
	assert.Contains(t, stdout, "\nbank/there [waiting, ")
	assert.Contains(t, stdout, "real_test.go:")

	status, stdout, _ = ps(t, "-json", url)
	assert.Equal(t, found, status)
	var got struct {
		Snapshot inspect.Snapshot
		Findings []struct {
			Rule  inspect.Rule
			Cycle []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Len(t, got.Findings, 1)
	assert.Equal(t, inspect.RuleDeadlock, got.Findings[0].Rule)
	assert.ElementsMatch(t, []string{got.Snapshot.Find("there").ID, got.Snapshot.Find("back").ID}, got.Findings[0].Cycle)

	cancel(over)
	assert.ErrorIs(t, g.Wait(), over)
}
