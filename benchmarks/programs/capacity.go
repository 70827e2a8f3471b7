package programs

import (
	"context"
	"sync"
	"time"

	"example.com/asyncgo/benchmarks/internal/spread"
)

// capacity is how much of the work can be done in a second, by which rates of
// arrival are chosen. It is measured at the first run, and again before the
// first run that takes longer.
type capacity struct {
	measure func(ctx context.Context, d time.Duration) (float64, error)

	mu    sync.Mutex // guards what follows
	value float64
	of    time.Duration
}

func (c *capacity) get(ctx context.Context, d time.Duration) (float64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > c.of {
		var values []float64
		for range 3 {
			value, err := c.measure(ctx, d)
			if err != nil {
				return 0, err
			}
			values = append(values, value)
		}
		c.value, c.of = spread.Of(values).Median, d
	}
	return c.value, nil
}
