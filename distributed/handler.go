package distributed

import "context"

// Handler is a function with the name under which it is called. It is made by
// [Handle].
type Handler struct {
	name string
	call func(ctx context.Context, c *Client, data []byte) ([]byte, error)
}

// Handle returns fn as a [Handler] for [Serve]. Its argument is decoded, and
// its value encoded, in the goroutine of the handler; what cannot be is
// [ErrCodec] at the caller, and a value that is too large [ErrTooLarge]. It
// panics with [ErrMisuse] if the name is wrong or fn is nil.
func Handle[In, Out any](name string, fn func(ctx context.Context, in In) (Out, error)) Handler {
	checkName("function", name)
	if fn == nil {
		panic(misused("function %s: Handle of a nil function", name))
	}
	return Handler{name, func(ctx context.Context, c *Client, data []byte) ([]byte, error) {
		var in In
		if len(data) > 0 {
			if err := c.decode(data, &in); err != nil {
				return nil, err
			}
		}
		out, err := fn(ctx, in)
		if err != nil {
			return nil, err
		}
		return c.encode(out)
	}}
}

// checkHandlers panics unless there is at least one, each with a name of its
// own.
func checkHandlers(handlers []Handler) {
	if len(handlers) == 0 {
		panic(misused("Serve without handlers"))
	}
	names := map[string]bool{}
	for _, h := range handlers {
		if h.call == nil {
			panic(misused("Serve: a zero Handler"))
		}
		if names[h.name] {
			panic(misused("Serve: two handlers of the name %s", h.name))
		}
		names[h.name] = true
	}
}
