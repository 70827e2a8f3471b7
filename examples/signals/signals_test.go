package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A failure that comes with the signal is not taken for a clean stop.
func TestAFailureWhileStoppingIsReported(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send itself an interrupt there")
	}
	errDisk := errors.New("disk full")
	for _, want := range []error{nil, errDisk} {
		err := run(func(ctx context.Context) error {
			self, err := os.FindProcess(os.Getpid())
			require.NoError(t, err)
			require.NoError(t, self.Signal(os.Interrupt))
			<-ctx.Done()
			if want != nil {
				return want
			}
			return ctx.Err()
		})
		assert.ErrorIs(t, err, want)
	}
}
