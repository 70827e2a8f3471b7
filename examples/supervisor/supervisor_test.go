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

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := []time.Duration{0, 0, 0, 0, time.Minute, 0}
		var waits []time.Duration
		var ended time.Time
		err := supervise(t.Context(), time.Second, 3*time.Second, func(ctx context.Context) error {
			if !ended.IsZero() {
				waits = append(waits, time.Since(ended))
			}
			defer func() { ended = time.Now() }()
			if len(waits) == len(runs) {
				return nil
			}
			if err := taskgroup.Sleep(ctx, runs[len(waits)]); err != nil {
				return err
			}
			return errors.New("down")
		})
		assert.NoError(t, err)
		const s = time.Second
		assert.Equal(t, []time.Duration{s, 2 * s, 3 * s, 3 * s, s, 2 * s}, waits, "it had run well for a minute")
	})
}

// The supervisor ends with its context, while it waits and while fn runs.
func TestStop(t *testing.T) {
	errStop := errors.New("stop")
	for name, fn := range map[string]func(ctx context.Context) error{
		"while it waits": func(context.Context) error { return errors.New("down") },
		"while fn runs":  func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(errStop) })
				start := time.Now()
				assert.ErrorIs(t, supervise(ctx, time.Hour, time.Hour, fn), errStop)
				assert.Equal(t, time.Second, time.Since(start))
			})
		})
	}
}
