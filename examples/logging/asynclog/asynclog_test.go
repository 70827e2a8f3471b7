package asynclog_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/examples/logging/asynclog"
)

// sink is a disk whose every write takes that long.
type sink struct {
	mu    sync.Mutex
	delay time.Duration
	text  strings.Builder
}

func (s *sink) Write(line []byte) (int, error) {
	time.Sleep(s.delay)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *sink) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), "\n")
}

func TestNeverBlocksAndCountsWhatItDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &sink{delay: time.Second}
		h := asynclog.New(slog.NewTextHandler(disk, nil), 10)
		start := time.Now()
		for i := range 100 {
			slog.New(h).Info("hello", "i", i)
		}
		assert.Zero(t, time.Since(start), "logging has waited for the disk")
		require.NoError(t, h.Close(t.Context()))
		assert.NotZero(t, h.Dropped())
		assert.EqualValues(t, 100, int64(disk.lines())+h.Dropped())
	})
}

func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &sink{delay: time.Second}
		h := asynclog.New(slog.NewTextHandler(disk, nil), 10)
		for range 5 {
			slog.New(h).Info("hello")
		}
		require.NoError(t, h.Flush(t.Context()))
		assert.Equal(t, 5, disk.lines())
		require.NoError(t, h.Close(t.Context()))
	})
}

func TestCloseGivesUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &sink{delay: time.Second}
		h := asynclog.New(slog.NewTextHandler(disk, nil), 10)
		for range 10 {
			slog.New(h).Info("hello")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, h.Close(ctx), context.DeadlineExceeded)
		assert.Equal(t, 4, disk.lines(), "the record being written is finished")
		assert.EqualValues(t, 6, h.Dropped())
		assert.Error(t, h.Handle(t.Context(), slog.Record{}), "closed")
		assert.EqualValues(t, 7, h.Dropped())
	})
}

// It behaves as slog requires of a handler.
func TestSlog(t *testing.T) {
	pipe := &sink{}
	var h *asynclog.Handler
	slogtest.Run(t, func(*testing.T) slog.Handler {
		pipe.text.Reset()
		h = asynclog.New(slog.NewJSONHandler(pipe, nil), 10)
		return h
	}, func(t *testing.T) map[string]any {
		t.Helper()
		require.NoError(t, h.Close(context.Background()))
		line := map[string]any{}
		require.NoError(t, json.NewDecoder(strings.NewReader(pipe.text.String())).Decode(&line))
		return line
	})
}
