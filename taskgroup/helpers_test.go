package taskgroup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
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
	returned, panicked, _ := testkit.Leave(func() error { call(); return nil })
	return !returned && panicked == nil
}

// assertHandles asserts that got are the very handles wanted.
func assertHandles[A comparable](t *testing.T, want, got []A, of ...any) {
	t.Helper()
	if !slices.Equal(want, got) {
		assert.Fail(t, fmt.Sprintf("other handles: %d instead of %d", len(got), len(want)), of...)
	}
}

// raisedPanic returns the *PanicError that f panics with.
func raisedPanic(t *testing.T, f func()) *taskgroup.PanicError {
	t.Helper()
	pe, ok := testkit.Raised(f).(*taskgroup.PanicError)
	require.True(t, ok, "no *PanicError")
	return pe
}

// doneContext returns a context that is done.
func doneContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// public returns err with nothing but what users can see in it.
func public(err error) error {
	switch e := err.(type) {
	case *taskgroup.TaskError:
		return &taskgroup.TaskError{Index: e.Index, Name: e.Name, Err: e.Err}
	case *taskgroup.GroupError:
		return &taskgroup.GroupError{Cause: e.Cause, Errors: publicAll(e.Errors)}
	}
	return err
}

func publicAll(errs []*taskgroup.TaskError) []*taskgroup.TaskError {
	var all []*taskgroup.TaskError
	for _, te := range errs {
		all = append(all, public(te).(*taskgroup.TaskError))
	}
	return all
}

// assertCause asserts that the cause of ctx is the failure of one task, which is
// want.
func assertCause(ctx context.Context, t *testing.T, want error) {
	t.Helper()
	te, ok := context.Cause(ctx).(*taskgroup.TaskError)
	if assert.True(t, ok, "%T", context.Cause(ctx)) {
		assert.Equal(t, want, te.Err)
	}
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

// bubbleGoroutines counts the goroutines in synctest bubbles. Unlike
// [runtime.NumGoroutine] it does not count one that has exited by the accounts of
// [synctest.Wait], and none of another test's.
func bubbleGoroutines() int { return strings.Count(stacks(), ", synctest bubble ") }

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
