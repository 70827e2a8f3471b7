package taskgroup_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// assertMisuse asserts that call panics as rule 9 says.
func assertMisuse(t *testing.T, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, _ := recover().(error)
		assert.ErrorIs(t, err, taskgroup.ErrMisuse)
	}()
	call()
}

// allocations returns how many allocations a call makes, exactly; the race
// detector makes some of its own.
func allocations(call func()) int { return int(testing.AllocsPerRun(100, call)) }

// heapInUse returns how many bytes live objects take.
func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// assertPassesThrough asserts that call, which calls body in the caller's
// goroutine, leaves a panic and a [runtime.Goexit] in it as they are, stack and
// all.
func assertPassesThrough(t *testing.T, call func(body func())) {
	t.Helper()
	for _, value := range []any{errors.New("boom"), "boom", nil} {
		func() {
			defer func() {
				v := recover()
				if value == nil {
					assert.IsType(t, &runtime.PanicNilError{}, v)
				} else {
					assert.Equal(t, value, v)
				}
				assert.Contains(t, string(debug.Stack()), "taskgroup_test.panicking", "the stack of the body")
			}()
			call(func() { panicking(value) })
			assert.Fail(t, "the panic was swallowed")
		}()
	}
	assert.True(t, exits(func() { call(runtime.Goexit) }), "Goexit was swallowed")
}

//go:noinline
func panicking(value any) { panic(value) }

// exits reports that call ended its goroutine with [runtime.Goexit].
func exits(call func()) bool {
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
		returned = true
	}()
	<-done
	return !returned
}

// assertHandles asserts that got are the very handles wanted.
func assertHandles[A comparable](t *testing.T, want, got []A, of ...any) {
	t.Helper()
	if !slices.Equal(want, got) {
		assert.Fail(t, fmt.Sprintf("other handles: %d instead of %d", len(got), len(want)), of...)
	}
}

// captureLog has everything that goes to [slog.Default], from debug level on, go
// to the answer until the test ends.
func captureLog(t *testing.T) *logBuffer {
	t.Helper()
	var b logBuffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &b
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
