package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// A producer that fails must not look like the end of its input.
func TestAFailureIsNoEnd(t *testing.T) {
	q := queue.New[string](1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, producer(ctx, q), context.Canceled)
	assert.NoError(t, q.TryPut("a"))
	assert.ErrorIs(t, consumer(ctx, q), context.Canceled)
}
