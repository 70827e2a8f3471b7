//go:build unix

package taskgroup_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// Run: WithSignals cancels on the first signal. N-05.
func TestSignal(t *testing.T) {
	err := taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
		task := taskgroup.Go(g, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		})
		raise(t, syscall.SIGUSR1)
		<-ctx.Done()
		_, err := task.Wait(t.Context())
		assert.True(t, task.Cancelled())
		return err
	}, taskgroup.WithSignals(syscall.SIGUSR1))
	ge := groupError(t, err)
	se, ok := ge.Cause.(*taskgroup.SignalError)
	require.True(t, ok)
	assert.Equal(t, syscall.SIGUSR1, se.Signal)
	assert.Empty(t, ge.Errors)
}

// Groups: Cause is a *SignalError, also when a failure came first.
func TestSignalAfterAFailure(t *testing.T) {
	err := taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(returns(errBoom))
		<-ctx.Done()
		raise(t, syscall.SIGUSR1)
		for strings.Contains(stacks(), "Group).catch") {
			runtime.Gosched() // the signal has not been received yet
		}
		return nil
	}, taskgroup.WithSignals(syscall.SIGUSR1))
	ge := groupError(t, err)
	_, ok := ge.Cause.(*taskgroup.SignalError)
	assert.True(t, ok)
	_, errs := failed(ge)
	assert.Equal(t, []error{errBoom}, errs)
}

func raise(t *testing.T, s syscall.Signal) {
	t.Helper()
	assert.NoError(t, syscall.Kill(os.Getpid(), s))
}

func init() {
	children["two signals"] = func() {
		self, _ := os.FindProcess(os.Getpid())
		_ = taskgroup.Run(context.Background(), func(ctx context.Context, _ *taskgroup.Group) error {
			_ = self.Signal(os.Interrupt)
			<-ctx.Done()
			fmt.Println("canceled:", context.Cause(ctx))
			_ = self.Signal(os.Interrupt)
			time.Sleep(time.Minute)
			fmt.Println("survived")
			return nil
		}, taskgroup.WithSignals())
	}
	children["signal after Run"] = func() {
		_ = taskgroup.Run(context.Background(), func(context.Context, *taskgroup.Group) error { return nil }, taskgroup.WithSignals())
		self, _ := os.FindProcess(os.Getpid())
		fmt.Println("returned")
		_ = self.Signal(os.Interrupt)
		time.Sleep(time.Minute)
		fmt.Println("survived")
	}
}

// Run: the first signal restores the default action, so that a second one kills;
// and so does the end of Run.
func TestTheDefaultActionOfSignals(t *testing.T) {
	output, ok := inChild(t, "two signals")
	assert.False(t, ok)
	assert.Contains(t, output, "canceled: taskgroup: signal: interrupt\n")
	assert.NotContains(t, output, "survived")

	output, ok = inChild(t, "signal after Run")
	assert.False(t, ok)
	assert.Contains(t, output, "returned\n")
	assert.NotContains(t, output, "survived")
}
