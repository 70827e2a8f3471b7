package distributed

import (
	"context"
)

// Func returns a function that runs on whatever process serves its name, now or
// later. Each call is stored on the servers and handed to one worker. It fits
// everything in package taskgroup: Map, Gather, FirstSuccess, WaitFor.
//
// The function returns the handler's value, or a [*RemoteError] with what the
// handler's error says. When ctx ends, it returns the error of ctx at once, and
// in the background the call is taken back, or the context of its handler
// ended; the result is dropped. The deadline of ctx does not travel, its end
// does.
//
// When the worker dies or loses its lease, the call is handed out again, up to
// Attempts times in all, then the error is [ErrAttempts]. An error or a panic
// of the handler is a result, and is not repeated. Other errors: [ErrClosed],
// [ErrCodec], [ErrTooLarge], and [ErrUnconfirmed] if the call may have run but
// its result is lost. A wrong name panics with [ErrMisuse]. The call happens
// before the handler, whose return happens before that of the function.
//
// asyncio's run_in_executor, over processes.
func Func[In, Out any](c *Client, name string) func(ctx context.Context, in In) (Out, error) {
	checkName("function", name)
	return func(ctx context.Context, in In) (Out, error) {
		op := "function " + name
		return callWith[Out](ctx, c, op, in, func(r *caller, data []byte) (*answer, error) {
			return r.call(ctx, op, name, data)
		})
	}
}

// callWith encodes in, makes the call and decodes its answer.
func callWith[Out any](ctx context.Context, c *Client, op string, in any, call func(r *caller, data []byte) (*answer, error)) (out Out, err error) {
	if err := c.usable(ctx, op); err != nil {
		return out, err
	}
	if !c.calls.begin() {
		return out, failed(op, ErrClosed)
	}
	defer c.calls.end()
	data, err := c.encode(in)
	if err != nil {
		return out, failed(op, err)
	}
	r, err := c.callerOf(ctx, op)
	if err != nil {
		return out, err
	}
	a, err := call(r, data)
	if err != nil {
		return out, err
	}
	return result[Out](c, op, a)
}
