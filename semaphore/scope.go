package semaphore

import (
	"context"

	"example.com/asyncgo/internal/lazyctx"
)

// call calls fn with a context that ends when fn does.
func call(ctx context.Context, fn func(ctx context.Context) error) error {
	var scope lazyctx.Context
	scope.Derive(ctx)
	defer scope.End()
	return fn(&scope)
}
