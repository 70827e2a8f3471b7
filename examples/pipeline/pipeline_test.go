package main

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// A stage that fails must not look like the end of its output.
func TestAFailureIsNoEnd(t *testing.T) {
	lines, numbers := queue.New[string](0), queue.New[int](0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := read(ctx, "1 2", lines)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, lines.TryPut("1"), "read has shut down its output")

	require.NoError(t, lines.TryPut("x"))
	require.ErrorIs(t, parse(t.Context(), lines, numbers), strconv.ErrSyntax)
	assert.Equal(t, 1, numbers.Len())
	assert.NoError(t, numbers.TryPut(2), "parse has shut down its output")

	require.ErrorIs(t, parse(ctx, lines, numbers), context.Canceled)
	assert.NoError(t, numbers.TryPut(3), "parse has shut down its output")
	total, err := store(ctx, numbers)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, total)
}
