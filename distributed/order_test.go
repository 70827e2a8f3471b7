package distributed_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

// Misuse, done context, ErrClosed, ErrCodec, ErrTooLarge, then what the server says.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	c := one.up(t).client(t, distributed.Config{})
	ctx := within(t, time.Minute)
	q, err := distributed.OpenQueue(ctx, c, "any", distributed.QueueConfig[any]{MaxSize: 1, Key: func(v any) string {
		key, _ := v.(string)
		return key[:min(len(key), 2000)]
	}})
	require.NoError(t, err)
	v, err := distributed.OpenVariable[any](ctx, c, "any")
	require.NoError(t, err)
	call := distributed.Func[any, int](c, "any")
	bad, large, wrong := func() {}, any(map[string]string{"x": strings.Repeat("x", 2<<20)}), strings.Repeat("x", 2000)
	require.NoError(t, q.Put(ctx, 1)) // full
	operations := map[string]func(ctx context.Context, v any) error{
		"TryPut":   q.TryPut,
		"PutBatch": func(ctx context.Context, v any) error { _, err := q.PutBatch(ctx, []any{v}); return err },
		"Set":      v.Set,
		"Update": func(ctx context.Context, value any) error {
			_, err := v.Update(ctx, func(any, bool) (any, error) { return value, nil })
			return err
		},
		"Func": func(ctx context.Context, v any) error { _, err := call(ctx, v); return err },
	}
	for name, operation := range operations {
		assert.ErrorIs(t, operation(done(), bad), context.Canceled, name)
		assert.ErrorIs(t, operation(ctx, bad), distributed.ErrCodec, name)
		assert.ErrorIs(t, operation(ctx, large), distributed.ErrTooLarge, name)
	}
	assert.ErrorIs(t, q.TryPut(ctx, 2), distributed.ErrFull)
	assertMisuse(t, func() { _ = q.TryPut(done(), wrong) })
	closeClient(t, c)
	for name, operation := range operations {
		assert.ErrorIs(t, operation(done(), bad), context.Canceled, name)
		assert.ErrorIs(t, operation(ctx, bad), distributed.ErrClosed, name)
	}
	assertMisuse(t, func() { _ = q.TryPut(ctx, wrong) })
}
