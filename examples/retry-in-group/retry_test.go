package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name   string
		random []float64
		want   []time.Duration // between the attempts
	}{
		{"doubles up to the limit", []float64{1, 1, 1, 1, 1}, []time.Duration{10 * ms, 20 * ms, 40 * ms, 50 * ms, 50 * ms}},
		{"is half as long at least", []float64{0, 0, 0, 0, 0}, []time.Duration{5 * ms, 10 * ms, 20 * ms, 25 * ms, 25 * ms}},
		{"has jitter", []float64{0.5, 0, 1, 0.2, 0.6}, []time.Duration{7500 * time.Microsecond, 10 * ms, 40 * ms, 30 * ms, 40 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := -1
				p := policy{times: 6, delay: 10 * ms, most: 50 * ms, random: func() float64 { i++; return test.random[i] }}
				last := time.Now()
				var waits []time.Duration
				_, err := retry(p, func(_ context.Context, attempt int) (int, error) {
					if attempt > 1 {
						waits = append(waits, time.Since(last))
					}
					last = time.Now()
					return 0, errReset
				})(t.Context())
				assert.ErrorIs(t, err, errReset)
				assert.Equal(t, test.want, waits)
			})
		})
	}
}

// A retry ends with its context: it neither waits on nor tries again.
func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errStop := errors.New("stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errStop) })
		start := time.Now()
		attempts := 0
		p := policy{times: 3, delay: time.Hour, most: time.Hour, random: func() float64 { return 0 }}
		_, err := retry(p, func(context.Context, int) (int, error) {
			attempts++
			return 0, errReset
		})(ctx)
		assert.ErrorIs(t, err, errStop)
		assert.Equal(t, 1, attempts)
		assert.Equal(t, time.Second, time.Since(start))
	})
}
