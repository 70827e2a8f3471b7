// Package asynclog writes log records in the background. It is one file, written
// to be copied.
package asynclog

import (
	"context"
	"log/slog"
	"sync/atomic"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// Handler is a [slog.Handler] that hands records to another one in the
// background: whoever logs never waits for the disk. Records for which the
// queue has no room are dropped and counted. Close flushes it.
type Handler struct {
	next slog.Handler
	*writer
}

// writer is what a handler and those derived from it share.
type writer struct {
	records *queue.Queue[record]
	dropped atomic.Int64
	task    *taskgroup.Task[struct{}]
}

// record is one call of Handle, for the handler that it was meant for.
type record struct {
	ctx     context.Context //nolint:containedctx // of a call that has returned
	handler slog.Handler
	slog.Record
}

// New returns a handler that keeps up to size records for next.
func New(next slog.Handler, size int) *Handler {
	w := &writer{records: queue.New[record](size)}
	w.task = taskgroup.Start(context.Background(), taskgroup.NoValue(w.write), taskgroup.Named("log writer"))
	return &Handler{next: next, writer: w}
}

// write passes records on until the queue is shut down and empty.
func (w *writer) write(ctx context.Context) error {
	for r := range w.records.Items(ctx) {
		_ = r.handler.Handle(r.ctx, r.Record) // slog has nobody to tell, either
		w.records.TaskDone()
	}
	return ctx.Err()
}

// Enabled reports what the next handler does.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle queues the record, or drops it, and never waits.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	// The record outlives the call: its attributes must be its own, and the
	// values of ctx may be wanted after its end.
	err := h.records.TryPut(record{context.WithoutCancel(ctx), h.next, r.Clone()})
	if err != nil { // full, or closed
		h.dropped.Add(1)
	}
	return err
}

// WithAttrs and WithGroup derive a handler that shares the queue.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.next.WithAttrs(attrs), h.writer}
}

// WithGroup is described at WithAttrs.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{h.next.WithGroup(name), h.writer}
}

// Dropped returns how many records were not written.
func (h *Handler) Dropped() int64 { return h.dropped.Load() }

// Flush waits until everything logged so far has been written, or ctx ends.
func (h *Handler) Flush(ctx context.Context) error { return h.records.Join(ctx) }

// Close takes no more records and writes those it has. If ctx ends first, the
// rest is dropped; only the record being written is waited for.
func (h *Handler) Close(ctx context.Context) error {
	h.records.Shutdown()
	_, err := h.task.Wait(ctx)
	if err != nil {
		h.dropped.Add(int64(len(h.records.ShutdownNow())))
		_, _ = h.task.Wait(context.WithoutCancel(ctx))
	}
	return err
}
