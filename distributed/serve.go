package distributed

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Serve runs the calls of the handlers' names, at most limit at once over all
// of them and the names in turn, and takes no more calls than it can begin. It
// returns the error of ctx when that ends, or [ErrClosed] when the client
// closes, after its handlers have ended.
//
// When ctx ends it takes no more; running handlers go on for Grace, and then
// their contexts end with the cause of ctx. A call whose handler then returns
// an error that only repeats that is given back at once; a value and any other
// error is a result. A handler's context also ends when the caller has given
// up, or when the lease of the call is lost ([ErrLeaseLost]): then the result
// is dropped. It has the values of ctx, and none of the caller's.
//
// A panic or [runtime.Goexit] of a handler is logged, and fails that call;
// Serve goes on. A handler that hangs holds its call for as long as its process
// lives. It panics with [ErrMisuse] if limit is below 1, or the handlers are
// none, zero or share a name.
func Serve(ctx context.Context, c *Client, limit int, handlers ...Handler) error {
	const op = "Serve"
	if limit < 1 {
		panic(misused("Serve with a limit of %d", limit))
	}
	checkHandlers(handlers)
	if err := c.usable(ctx, op); err != nil {
		return err
	}
	if !c.serving.begin() {
		return failed(op, ErrClosed)
	}
	defer c.serving.end()
	r, err := c.callerOf(ctx, op)
	if err != nil {
		return err
	}
	w := &worker{caller: r, handlers: handlers}
	if err := c.read(ctx, op, w.createConsumers); err != nil {
		return err
	}
	if err := w.listen(); err != nil {
		return failed(op, ErrClosed)
	}
	defer w.source.stop()

	taking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stopTaking := context.AfterFunc(c.open, func() { stop(ErrClosed) })
	defer stopTaking()
	running, kill := context.WithCancelCause(context.WithoutCancel(ctx))
	defer kill(nil)
	stopGrace := context.AfterFunc(taking, func() {
		select {
		case <-time.After(c.cfg.Grace):
			kill(context.Cause(taking))
		case <-running.Done():
		}
	})
	defer stopGrace()

	var loops tally
	for range limit {
		loops.run(func() { w.work(taking, running) })
	}
	loops.drain()
	return c.usable(ctx, op)
}

// worker is one Serve: a source of calls with a consumer for each name, and
// limit loops: goroutines that each run one call after the other.
type worker struct {
	*caller
	handlers []Handler
	source   source
}

func (w *worker) createConsumers(ctx context.Context) error {
	for _, h := range w.handlers {
		_, err := w.c.js.CreateOrUpdateConsumer(ctx, w.c.callStream(), jetstream.ConsumerConfig{
			Durable: token(h.name), FilterSubject: w.c.callSubject(h.name, "*"), AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: w.c.cfg.Lease, MaxAckPending: -1, MaxDeliver: -1, MaxWaiting: maxPulls,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) listen() error {
	names := make([]string, len(w.handlers))
	for i, h := range w.handlers {
		names[i] = w.c.callStream() + "." + token(h.name)
		if err := w.source.news.subscribe(w.c.conn, w.c.ns+".wake.call."+token(h.name), nil); err != nil {
			return err
		}
	}
	w.source.c, w.source.inTurn = w.c, true
	w.source.consumers = func() []string { return names }
	w.source.mend = func(ctx context.Context) { _ = w.createConsumers(ctx) }
	w.source.over = func(context.Context) error { return nil }
	return nil
}

// work runs calls until taking ends.
func (w *worker) work(taking, running context.Context) {
	for {
		d, err := w.source.next(taking, "Serve")
		if err != nil {
			return
		}
		if taking.Err() != nil {
			w.c.returnUnseen(d)
			return
		}
		w.serve(running, w.handlers[d.consumer], d)
	}
}
