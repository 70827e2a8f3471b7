package taskgroup_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

var (
	errBoom    = errors.New("boom")
	errCleanup = errors.New("clean-up failed")
	errWhy     = errors.New("why")
)

// children are what the test binary does instead of testing when inChild starts
// it again.
var children = map[string]func(){}

const child = "TASKGROUP_TEST_CHILD"

func TestInChild(*testing.T) {
	if f, ok := children[os.Getenv(child)]; ok {
		f()
		os.Exit(0)
	}
}

// inChild runs children[name] in a process of its own and returns what it
// wrote, and whether it ended well.
func inChild(t *testing.T, name string) (output string, ok bool) {
	t.Helper()
	require.Contains(t, children, name)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInChild$")
	cmd.Env = append(os.Environ(), child+"="+name, "GOTRACEBACK=single")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exit)
	}
	return string(out), err == nil
}

// reported is what has been reported to slog.
type reported struct {
	mu      sync.Mutex
	records []slog.Record
}

// capture has the reports to slog kept instead of printed until the test ends.
// Such a test is not parallel.
func capture(t *testing.T) *reported {
	t.Helper()
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	r := &reported{}
	slog.SetDefault(slog.New(r))
	return r
}

func (r *reported) Enabled(context.Context, slog.Level) bool { return true }
func (r *reported) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *reported) WithGroup(string) slog.Handler            { return r }

func (r *reported) Handle(_ context.Context, record slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, record)
	return nil
}

// take returns the reports so far and forgets them.
func (r *reported) take() []slog.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	records := r.records
	r.records = nil
	return records
}

// attribute returns the text of one of a report's attributes.
func attribute(record slog.Record, key string) (text string) {
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == key {
			text = a.Value.String()
		}
		return a.Key != key
	})
	return text
}

// raised returns what f panics with; nil if it returns.
func raised(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// raisedPanic returns the *PanicError that f panics with.
func raisedPanic(t *testing.T, f func()) *taskgroup.PanicError {
	t.Helper()
	pe, ok := raised(f).(*taskgroup.PanicError)
	require.True(t, ok, "no *PanicError")
	return pe
}

// groupError returns err as what Wait and Run return.
func groupError(t *testing.T, err error) *taskgroup.GroupError {
	t.Helper()
	ge, ok := err.(*taskgroup.GroupError)
	require.True(t, ok, "%T: %v", err, err)
	return ge
}

// failed lists the failures of a group by index.
func failed(err error) (indexes []int, errs []error) {
	if ge, ok := errors.AsType[*taskgroup.GroupError](err); ok {
		for _, te := range ge.Errors {
			indexes = append(indexes, te.Index)
			errs = append(errs, te.Err)
		}
	}
	return indexes, errs
}

// done reports that c is closed, without waiting.
func done(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// untilDone is a task that ends with its context.
func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// returns is a task that ends at once.
func returns(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// value is a typed task that ends at once.
func value[T any](v T) taskgroup.Func[T] {
	return func(context.Context) (T, error) { return v, nil }
}

// goroutine identifies the goroutine that calls.
func goroutine() string {
	id, _, _ := strings.Cut(string(bytes.TrimPrefix(debugStack(), []byte("goroutine "))), " ")
	return id
}

func debugStack() []byte {
	buf := make([]byte, 64)
	return buf[:runtime.Stack(buf, false)]
}

// trace is what happened, in order.
type trace struct {
	mu   sync.Mutex
	list []string
}

func (tr *trace) add(what string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.list = append(tr.list, what)
}

func (tr *trace) all() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.list)
}

// sleep waits, but not longer than ctx lives.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
