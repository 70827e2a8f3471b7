package testkit

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
)

// A Log is what has gone to [slog.Default] since [CaptureLog].
type Log struct {
	mu      sync.Mutex
	records []slog.Record
	text    bytes.Buffer
}

// CaptureLog redirects [slog.Default], from debug level on, to a Log until the
// test ends. Such a test is not parallel.
func CaptureLog(t *testing.T) *Log {
	t.Helper()
	l := &Log{}
	before := slog.Default()
	slog.SetDefault(slog.New(handler{
		slog.NewTextHandler(&l.text, &slog.HandlerOptions{Level: slog.LevelDebug}), l,
	}))
	t.Cleanup(func() { slog.SetDefault(before) })
	return l
}

// Take returns the records so far and forgets them.
func (l *Log) Take() []slog.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	records := l.records
	l.records = nil
	return records
}

// String returns all records, as text.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Attr returns the text of one attribute of a record, "" if there is none.
func Attr(record slog.Record, key string) (text string) {
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == key {
			text = a.Value.String()
		}
		return a.Key != key
	})
	return text
}

// A handler keeps each record in a Log, and has it written there as text.
type handler struct {
	slog.Handler

	log *Log
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.log}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.log}
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	h.log.records = append(h.log.records, record)
	return h.Handler.Handle(ctx, record)
}
