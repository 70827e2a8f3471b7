package main_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	runner "example.com/asyncgo/examples/runner"
)

// In a bubble, time passes when every goroutine is blocked: the test takes no
// time, and durations are exact. A task that does not complete fails it.
func TestTotalAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		sum, err := runner.Total(t.Context(), "a", "bb", "ccc")
		assert.NoError(t, err)
		assert.Equal(t, 6, sum)
		assert.Equal(t, 10*time.Millisecond, time.Since(begun), "all at once")
	})
}

func TestTotalFailsWithAnyWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := runner.Total(t.Context(), "a", "")
		assert.ErrorIs(t, err, runner.ErrEmpty)
	})
}
