package distributed

import (
	"context"
	"maps"
)

// Shutdown ends the queue for all processes. After it has returned, the servers
// refuse every put from any process, with [ErrShutdown]; puts that wait for
// room get it too. What is unfinished is still handed out, and comes back after
// crashes; when nothing is, Get returns ErrShutdown. The queue stays shut down
// until it is opened with [Config].Reconfigure. It may be called again, also
// after ShutdownNow.
//
// If ctx ends first, the error is the one of ctx, and [ErrUnconfirmed] too if
// the queue may be shut down. On a queue of dead letters it panics with
// [ErrMisuse].
//
// asyncio's Queue.shutdown.
func (q *Queue[T]) Shutdown(ctx context.Context) error {
	q.notDead("Shutdown")
	return q.shutdown(ctx, "Shutdown", false)
}

// ShutdownNow is [Queue.Shutdown] that also drops all that is unfinished. A
// holder of an item may go on, and its Done is nil.
//
// asyncio's Queue.shutdown(immediate=True).
func (q *Queue[T]) ShutdownNow(ctx context.Context) error {
	q.notDead("ShutdownNow")
	return q.shutdown(ctx, "ShutdownNow", true)
}

func (q *Queue[T]) shutdown(ctx context.Context, name string, now bool) error {
	err := q.c.change(ctx, q.op(name), func(ctx context.Context) error {
		stream, err := q.c.js.Stream(ctx, q.stream)
		if err != nil {
			return err
		}
		cfg := stream.CachedInfo().Config
		if cfg.Metadata[metaState] != stateDown {
			cfg.Subjects = []string{q.prefix + "down.down"} // out of reach of every put
			cfg.Metadata = maps.Clone(cfg.Metadata)
			cfg.Metadata[metaState] = stateDown
			if _, err := q.c.js.UpdateStream(ctx, cfg); err != nil {
				return err
			}
		}
		if now {
			return stream.Purge(ctx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range []*queueCore{q.queueCore, q.dead.queueCore} {
		_ = q.c.conn.Publish(k.notice.subject, []byte(noticeState))
	}
	return nil
}
