package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// Errors do not end it, and a call that takes longer than the period delays the
// next one, which does not overlap it.
func TestEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errStop := errors.New("stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		start := time.Now()
		var begun []time.Duration
		err := every(ctx, 10*time.Second, func(ctx context.Context) error {
			begun = append(begun, time.Since(start))
			switch len(begun) {
			case 2:
				return errors.New("disk full")
			case 3:
				return taskgroup.Sleep(ctx, 25*time.Second)
			case 5:
				time.AfterFunc(time.Second, func() { cancel(errStop) })
			}
			return nil
		})
		assert.ErrorIs(t, err, context.Canceled)
		const s = time.Second
		assert.Equal(t, []time.Duration{0, 10 * s, 20 * s, 45 * s, 50 * s}, begun)
		assert.Equal(t, 51*s, time.Since(start))
	})
}
