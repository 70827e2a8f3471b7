package taskgroup_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// sharedDo is one call of Do, in a goroutine of its own.
type sharedDo struct {
	returned atomic.Bool
	v        int
	shared   bool
	err      error
	panicked any
}

func beginDo(ctx context.Context, s *taskgroup.Shared[string, int], key string, fn taskgroup.Func[int]) *sharedDo {
	d := &sharedDo{}
	go func() {
		defer d.returned.Store(true)
		defer func() { d.panicked = recover() }()
		d.v, d.shared, d.err = s.Do(ctx, key, fn)
	}()
	synctest.Wait()
	return d
}

func (d *sharedDo) assertWaits(t *testing.T) {
	t.Helper()
	assert.False(t, d.returned.Load(), "it has returned")
}

func (d *sharedDo) assertReturned(t *testing.T, v int, shared bool) {
	t.Helper()
	synctest.Wait()
	if assert.True(t, d.returned.Load(), "it has not returned") {
		assert.Nil(t, d.panicked)
		assert.NoError(t, d.err)
		assert.Equal(t, v, d.v)
		assert.Equal(t, shared, d.shared)
	}
}

func (d *sharedDo) assertEnded(t *testing.T, errs ...error) {
	t.Helper()
	synctest.Wait()
	if assert.True(t, d.returned.Load(), "it has not returned") {
		assert.Nil(t, d.panicked)
		assert.False(t, d.shared)
		for _, err := range errs {
			assert.ErrorIs(t, d.err, err)
		}
	}
}

// Callers that come while a call runs wait for its result; the next one starts
// anew, since no result is kept; different keys have nothing to do with each
// other.
func TestSharedIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		calls := 0
		fn := func(context.Context) (int, error) {
			calls++
			v := calls
			time.Sleep(time.Second)
			return v, nil
		}
		first := beginDo(t.Context(), &s, "a", fn)
		second := beginDo(t.Context(), &s, "a", fn)
		other := beginDo(t.Context(), &s, "b", fn)
		time.Sleep(ms)
		third := beginDo(t.Context(), &s, "a", fn)
		first.assertWaits(t)
		time.Sleep(time.Second)
		first.assertReturned(t, 1, true)
		second.assertReturned(t, 1, true)
		third.assertReturned(t, 1, true)
		other.assertReturned(t, 2, false)
		again := beginDo(t.Context(), &s, "a", fn)
		time.Sleep(time.Second)
		again.assertReturned(t, 3, false)
	})
}

// An error is shared as it is, and a value that comes with it.
func TestSharedError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		fn := func(context.Context) (int, error) { time.Sleep(ms); return 7, errOwn }
		first, second := beginDo(t.Context(), &s, "a", fn), beginDo(t.Context(), &s, "a", nil2)
		time.Sleep(ms)
		synctest.Wait()
		for _, d := range []*sharedDo{first, second} {
			assert.True(t, d.returned.Load())
			assert.Same(t, errOwn, d.err)
			assert.Equal(t, 7, d.v)
			assert.True(t, d.shared)
		}
	})
}

// nil2 is a function that must not be called.
func nil2(context.Context) (int, error) { panic("called") }

// Each caller waits under its own context: the first, too, may leave, and the
// others get the result.
func TestSharedCallersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for leaving := range 3 {
			var s taskgroup.Shared[string, int]
			var callers []*sharedDo
			var cancels []context.CancelCauseFunc
			var inside context.Context
			for range 3 {
				ctx, cancel := context.WithCancelCause(t.Context())
				callers = append(callers, beginDo(ctx, &s, "a", func(ctx context.Context) (int, error) {
					inside = ctx //nolint:fatcontext // to look at it from outside
					time.Sleep(time.Second)
					return 42, ctx.Err()
				}))
				cancels = append(cancels, cancel)
			}
			cancels[leaving](errWhy)
			callers[leaving].assertEnded(t, context.Canceled, errWhy)
			assert.EqualError(t, callers[leaving].err, "taskgroup: Shared.Do: context canceled: why")
			assert.NoError(t, inside.Err())
			cancels[(leaving+1)%3](nil)
			synctest.Wait()
			time.Sleep(time.Second)
			callers[(leaving+2)%3].assertReturned(t, 42, false)
			assert.Error(t, inside.Err(), "it ends with the function")
		}
	})
}

// The last to leave cancels the function, for its context's cause, and waits for
// it to return.
func TestSharedLastCallerCancelsAndJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		ctx, cancel := context.WithCancelCause(t.Context())
		short, stop := context.WithTimeout(t.Context(), ms)
		defer stop()
		first := beginDo(short, &s, "a", func(ctx context.Context) (int, error) {
			<-ctx.Done()
			assert.Same(t, errWhy, context.Cause(ctx))
			time.Sleep(time.Second)
			return 0, fmt.Errorf("loading: %w", ctx.Err())
		})
		last := beginDo(ctx, &s, "a", nil2)
		time.Sleep(ms)
		first.assertEnded(t, context.DeadlineExceeded)
		cancel(errWhy)
		synctest.Wait()
		last.assertWaits(t)
		time.Sleep(time.Second)
		last.assertEnded(t, context.Canceled, errWhy)
		assert.EqualError(t, last.err, "taskgroup: Shared.Do: context canceled: why")
	})
}

// What the function makes of its cancellation: a success counts, a failure of its
// own is reported as well, a panic is raised.
func TestSharedAfterTheLastHasLeft(t *testing.T) {
	testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			end   func(ctx context.Context) (int, error)
			check func(d *sharedDo)
		}{
			"success": {value(42), func(d *sharedDo) { d.assertReturned(t, 42, false) }},
			"failure": {func(context.Context) (int, error) { return 0, errCleanup }, func(d *sharedDo) {
				d.assertEnded(t, context.Canceled, errWhy, errCleanup)
			}},
			"the context's error": {func(ctx context.Context) (int, error) { return 0, ctx.Err() }, func(d *sharedDo) {
				d.assertEnded(t, context.Canceled, errWhy)
			}},
			"Goexit": {func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }, func(d *sharedDo) {
				d.assertEnded(t, context.Canceled, errWhy, taskgroup.ErrGoexit)
			}},
			"panic": {func(context.Context) (int, error) { panic(errBoom) }, func(d *sharedDo) {
				synctest.Wait()
				assert.ErrorIs(t, d.panicked.(error), errBoom)
			}},
		} {
			t.Log(name)
			var s taskgroup.Shared[string, int]
			ctx, cancel := context.WithCancelCause(t.Context())
			d := beginDo(ctx, &s, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); return c.end(ctx) })
			cancel(errWhy)
			c.check(d)
		}
	})
}

// A caller that comes while a canceled call is still ending starts anew, and gets
// nothing of that one.
func TestSharedWhileTheLastLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		leaving := beginDo(ctx, &s, "a", func(context.Context) (int, error) { <-release; return 0, errOwn })
		cancel()
		synctest.Wait()
		leaving.assertWaits(t)
		beginDo(t.Context(), &s, "a", value(1)).assertReturned(t, 1, false)
		hour := func(context.Context) (int, error) { time.Sleep(time.Hour); return 2, nil }
		next := beginDo(t.Context(), &s, "a", hour)
		close(release)
		leaving.assertEnded(t, context.Canceled, errOwn)
		joins := beginDo(t.Context(), &s, "a", nil2)
		time.Sleep(time.Hour)
		next.assertReturned(t, 2, true)
		joins.assertReturned(t, 2, true)
	})
}

// Forget makes the next Do start anew, while the old call goes on for those who
// wait for it.
func TestSharedForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		s.Forget("a")
		slow := func(v int, d time.Duration) taskgroup.Func[int] {
			return func(ctx context.Context) (int, error) { time.Sleep(d); return v, ctx.Err() }
		}
		first := beginDo(t.Context(), &s, "a", slow(1, 2*time.Second))
		joined := beginDo(t.Context(), &s, "a", nil2)
		s.Forget("a")
		s.Forget("b")
		second := beginDo(t.Context(), &s, "a", slow(2, 3*time.Second))
		time.Sleep(2 * time.Second)
		first.assertReturned(t, 1, true)
		joined.assertReturned(t, 1, true)
		third := beginDo(t.Context(), &s, "a", nil2) // the old one's end has not removed the new one
		second.assertWaits(t)
		time.Sleep(time.Second)
		second.assertReturned(t, 2, true)
		third.assertReturned(t, 2, true)

		// The last of a forgotten call leaves: the new one stays.
		ctx, cancel := context.WithCancel(t.Context())
		old := beginDo(ctx, &s, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		s.Forget("a")
		newer := beginDo(t.Context(), &s, "a", slow(4, time.Second))
		cancel()
		old.assertEnded(t, context.Canceled)
		joins := beginDo(t.Context(), &s, "a", nil2)
		time.Sleep(time.Second)
		newer.assertReturned(t, 4, true)
		joins.assertReturned(t, 4, true)
	})
}

// The function's context has the values of the first caller's, neither its
// deadline nor its end, and ends with the function.
func TestSharedContext(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "first"), ms)
		defer cancel()
		var kept context.Context
		first := beginDo(ctx, &s, "a", func(ctx context.Context) (int, error) {
			kept = ctx //nolint:fatcontext // to look at it from outside
			_, ok := ctx.Deadline()
			assert.False(t, ok)
			assert.Equal(t, "first", ctx.Value(key{}))
			time.Sleep(time.Second)
			assert.Equal(t, "first", ctx.Value(key{}))
			return 1, ctx.Err()
		})
		second := beginDo(context.WithValue(t.Context(), key{}, "second"), &s, "a", nil2)
		time.Sleep(time.Second)
		first.assertEnded(t, context.DeadlineExceeded)
		second.assertReturned(t, 1, false)
		assert.Error(t, kept.Err())
	})
}

// A Timeout of the first caller's is not around the function: a scope inside that
// ends at the same moment ends by itself.
func TestSharedWithinATimeout(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			var s taskgroup.Shared[string, int]
			var second *sharedDo
			err := taskgroup.Timeout(t.Context(), 5*ms, func(ctx context.Context, _ *taskgroup.Deadline) error {
				_, _, err := s.Do(ctx, "a", func(ctx context.Context) (int, error) {
					go func() { second = beginDo(t.Context(), &s, "a", nil2) }()
					return taskgroup.WaitFor(ctx, 5*ms, func(ctx context.Context) (int, error) { return 0, taskgroup.Sleep(ctx, time.Hour) })
				})
				return err
			})
			assert.ErrorIs(t, err, taskgroup.ErrTimeout)
			synctest.Wait()
			assert.Equal(t, taskgroup.ErrTimeout, second.err)
		})
	}
}

// A task that Do is called in is that of its function.
func TestSharedBelongsToTheFirstCallersTask(t *testing.T) {
	var s taskgroup.Shared[string, string]
	task := taskgroup.Start(t.Context(), func(ctx context.Context) (string, error) {
		name, _, err := s.Do(ctx, "a", func(ctx context.Context) (string, error) {
			info, _ := taskgroup.Current(ctx)
			return info.Name, nil
		})
		return name, err
	}, taskgroup.Named("caller"))
	name, err := task.Wait(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, "caller", name)
}

// Rule 2: a context that is done gets its error, also where a call is running.
func TestSharedDoneContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		done, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		beginDo(done, &s, "a", nil2).assertEnded(t, context.Canceled, errWhy)
		running := beginDo(t.Context(), &s, "a", func(context.Context) (int, error) { time.Sleep(ms); return 1, nil })
		beginDo(done, &s, "a", nil2).assertEnded(t, context.Canceled, errWhy)
		time.Sleep(ms)
		running.assertReturned(t, 1, false)
	})
}

// Rule 3, both orders: of the result and the end of a caller's context at once the
// result wins, and an end that came first has left.
func TestSharedTie(t *testing.T) {
	for range times(300) {
		for _, others := range []int{0, 1} {
			synctest.Test(t, func(t *testing.T) { // the timers in whichever order
				var s taskgroup.Shared[string, int]
				ctx, cancel := context.WithTimeout(t.Context(), ms)
				defer cancel()
				d := beginDo(ctx, &s, "a", func(context.Context) (int, error) { time.Sleep(ms); return 42, nil })
				for range others {
					beginDo(t.Context(), &s, "a", nil2)
				}
				time.Sleep(ms)
				synctest.Wait()
				assert.True(t, d.returned.Load())
				if others == 0 || d.err == nil {
					assert.NoError(t, d.err, "the last joins, and a success counts")
					assert.Equal(t, 42, d.v)
				} else {
					assert.ErrorIs(t, d.err, context.DeadlineExceeded)
				}
			})
		}
	}
	for _, resultFirst := range []bool{true, false} {
		for range times(300) {
			synctest.Test(t, func(t *testing.T) {
				var s taskgroup.Shared[string, int]
				ctx, cancel := context.WithCancel(t.Context())
				result := make(chan struct{})
				var d, other *sharedDo
				fn := func(context.Context) (int, error) { <-result; return 42, nil }
				d = beginDo(ctx, &s, "a", fn)
				other = beginDo(t.Context(), &s, "a", nil2)
				if resultFirst {
					close(result)
					for !other.returned.Load() { // the call is over; d may not have noticed
						runtime.Gosched()
					}
					cancel()
					d.assertReturned(t, 42, true)
				} else {
					cancel()
					d.assertEnded(t, context.Canceled)
					close(result)
					other.assertReturned(t, 42, false)
				}
			})
		}
	}
}

// Rule 8: a panic is reported once and raised in every caller that waits, as the
// same *PanicError; one that has left gets its context's error.
func TestSharedPanic(t *testing.T) {
	for _, value := range []any{"boom", nil, exitingText{}} {
		reports := testkit.CaptureLog(t)
		synctest.Test(t, func(t *testing.T) {
			var s taskgroup.Shared[string, int]
			ctx, cancel := context.WithCancel(t.Context())
			fn := func(context.Context) (int, error) { time.Sleep(ms); panicking(value); return 0, nil }
			first, leaving, third := beginDo(t.Context(), &s, "a", fn), beginDo(ctx, &s, "a", nil2), beginDo(t.Context(), &s, "a", nil2)
			cancel()
			time.Sleep(ms)
			leaving.assertEnded(t, context.Canceled)
			synctest.Wait()
			pe, ok := first.panicked.(*taskgroup.PanicError)
			require.True(t, ok)
			assert.Same(t, pe, third.panicked)
			if value == nil {
				assert.IsType(t, &runtime.PanicNilError{}, pe.Value)
			} else {
				assert.Equal(t, value, pe.Value)
			}
			assert.Contains(t, string(pe.Stack), "taskgroup_test.panicking")
			beginDo(t.Context(), &s, "a", func(context.Context) (int, error) { return 1, nil }).assertReturned(t, 1, false)
		})
		if value != any(exitingText{}) {
			assert.Len(t, reports.Take(), 1)
		}
	}
}

// A *PanicError from a join inside has been reported there.
func TestSharedPassesAPanicErrorOn(t *testing.T) {
	reports := testkit.CaptureLog(t)
	var s taskgroup.Shared[int, int]
	inner := &taskgroup.PanicError{Value: "inner"}
	assert.Same(t, inner, testkit.Raised(func() {
		_, _, _ = s.Do(t.Context(), 1, func(context.Context) (int, error) { panic(inner) })
	}))
	assert.Empty(t, reports.Take())
}

func TestSharedGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		fn := func(context.Context) (int, error) { time.Sleep(ms); runtime.Goexit(); return 0, nil }
		first, second := beginDo(t.Context(), &s, "a", fn), beginDo(t.Context(), &s, "a", nil2)
		time.Sleep(ms)
		synctest.Wait()
		for _, d := range []*sharedDo{first, second} {
			assert.True(t, d.returned.Load())
			assert.Equal(t, taskgroup.ErrGoexit, d.err)
			assert.True(t, d.shared)
		}
	})
}

// Rule 9: keys as those of semaphore.Keyed; nothing is locked or left behind.
func TestSharedMisuse(t *testing.T) {
	var s taskgroup.Shared[any, int]
	assertMisuse(t, func() { _, _, _ = s.Do(t.Context(), 1, nil) })
	done := canceledContext()
	for _, key := range []any{math.NaN(), []int{1}, map[int]int{}, func() {}, [1]any{[]int{1}}, struct{ f float64 }{math.NaN()}} {
		assertMisuse(t, func() { _, _, _ = s.Do(t.Context(), key, value(1)) })
		assertMisuse(t, func() { _, _, _ = s.Do(done, key, value(1)) })
		assertMisuse(t, func() { s.Forget(key) })
	}
	err, _ := testkit.Raised(func() { s.Forget([]int{1}) }).(error)
	assert.EqualError(t, err, "taskgroup: Shared.Forget of a key of type []int, which cannot be hashed")
	var runtimeError runtime.Error
	assert.ErrorAs(t, err, &runtimeError)
	v, _, err := s.Do(t.Context(), "a", value(1))
	assert.NoError(t, err)
	assert.Equal(t, 1, v)
}

// A context whose cause panics as the last caller leaves: the function is still
// canceled and joined, and the panic passes on.
func TestSharedContextThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s taskgroup.Shared[string, int]
		ctx := &testkit.Context{Channel: make(chan struct{}), OnErr: testkit.Never, OnValue: testkit.NoValues}
		joined := false
		d := beginDo(ctx, &s, "a", func(ctx context.Context) (int, error) {
			<-ctx.Done()
			joined = true
			return 0, ctx.Err()
		})
		d.assertWaits(t)
		ctx.OnErr, ctx.OnValue = func() error { return context.Canceled }, func(any) any { panic(errWhy) }
		close(ctx.Channel)
		synctest.Wait()
		assert.True(t, joined)
		assert.Equal(t, errWhy, d.panicked)
	})
}

// Rule 10: made outside of a bubble, it is used inside one, in one after the
// other, and outside again.
func TestSharedAcrossBubbles(t *testing.T) {
	var s taskgroup.Shared[string, int]
	use := func(t *testing.T) {
		t.Helper()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				v, _, err := s.Do(t.Context(), "a", func(context.Context) (int, error) { time.Sleep(ms); return 1, nil })
				assert.NoError(t, err)
				assert.Equal(t, 1, v)
			})
		}
		all.Wait()
	}
	use(t)
	synctest.Test(t, use)
	synctest.Test(t, use)
	use(t)
}

// The function has the pprof labels of the first caller's goroutine.
func TestSharedLabels(t *testing.T) {
	var s taskgroup.Shared[int, string]
	var text string
	pprof.Do(t.Context(), pprof.Labels("tenant", "of TestSharedLabels"), func(ctx context.Context) {
		text, _, _ = s.Do(ctx, 1, labeled)
	})
	assert.Contains(t, text, "taskgroup_test.labeled")
}

// labeled returns the part of the profile of goroutines with the label.
func labeled(context.Context) (string, error) {
	var all bytes.Buffer
	err := pprof.Lookup("goroutine").WriteTo(&all, 1)
	for part := range bytes.SplitSeq(all.Bytes(), []byte("\n\n")) {
		if bytes.Contains(part, []byte("of TestSharedLabels")) && bytes.Contains(part, []byte("labeled")) {
			return string(part), err
		}
	}
	return "", err
}

// Rule 11: what has ended is forgotten.
func TestSharedForgets(t *testing.T) {
	var s taskgroup.Shared[int, *big]
	b := new(big)
	p := weak.Make(b)
	_, _, err := s.Do(t.Context(), 1, func(context.Context) (*big, error) { return b, nil })
	assert.NoError(t, err)
	b = nil
	assert.True(t, collected(p))
	runtime.KeepAlive(&s)

	const keys = 10_000
	run := func() {
		var all sync.WaitGroup
		release := make(chan struct{})
		var begun sync.WaitGroup
		begun.Add(keys)
		for i := range keys {
			all.Go(func() {
				_, _, _ = s.Do(t.Context(), i, func(context.Context) (*big, error) { begun.Done(); <-release; return nil, nil })
			})
		}
		begun.Wait()
		close(release)
		all.Wait()
	}
	run() // the runtime keeps what so many goroutines have used
	assert.Less(t, grows(run), int64(little))
	runtime.KeepAlive(&s)
}

// What a call costs is promised in the documentation.
func TestSharedAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("the race detector allocates")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var s taskgroup.Shared[string, int]
	fn := value(1)
	allocs, _ := cost(func() { _, _, _ = s.Do(ctx, "a", fn) })
	assert.EqualValues(t, 9, allocs)

	begun, release := make(chan struct{}), make(chan struct{})
	go func() {
		_, _, _ = s.Do(ctx, "a", func(context.Context) (int, error) { close(begun); <-release; return 0, nil })
	}()
	<-begun
	leaving := &testkit.Context{Channel: make(chan struct{}), OnErr: testkit.Never, OnValue: testkit.NoValues}
	close(leaving.Channel) // as soon as it waits
	var failed error
	allocs, _ = cost(func() { _, _, failed = s.Do(leaving, "a", nil2) })
	assert.ErrorIs(t, failed, context.Canceled)
	assert.EqualValues(t, 1, allocs, "the error")
	close(release)
}

// One call for a key runs at a time.
func TestSharedOneAtATime(t *testing.T) {
	var s taskgroup.Shared[int, int]
	var running [3]atomic.Int64
	var calls, sharing atomic.Int64
	var all sync.WaitGroup
	n := 2000 * times(20)
	for range 8 {
		all.Go(func() {
			for i := range n / 8 {
				key := i % len(running)
				_, shared, err := s.Do(t.Context(), key, func(context.Context) (int, error) {
					defer running[key].Add(-1)
					calls.Add(1)
					if i%16 == 0 {
						runtime.Gosched()
					}
					return 0, assertNone(running[key].Add(1) - 1)
				})
				assert.NoError(t, err)
				if shared {
					sharing.Add(1)
				}
			}
		})
	}
	all.Wait()
	assert.LessOrEqual(t, calls.Load(), int64(n))
	assert.LessOrEqual(t, int64(n)-calls.Load(), sharing.Load(), "who did not call has shared")
}

func assertNone(n int64) error {
	if n != 0 {
		return fmt.Errorf("%d others run", n)
	}
	return nil
}

// Rules 1 and 12, and conservation: each caller gets its context's error, or the
// result of a call that had not returned to others when the caller came; and none
// is left running.
func TestSharedStress(t *testing.T) {
	type result struct {
		key, plain int
		returned   atomic.Int64 // to the first
	}
	var s taskgroup.Shared[int, *result]
	var clock, running, got, left atomic.Int64
	var all sync.WaitGroup
	n := 2000 * times(20)
	for g := range 8 {
		all.Go(func() {
			for i := range n / 8 {
				key := i % 3
				ctx, cancel := context.WithCancel(t.Context())
				if (i+g)%3 == 0 {
					go cancel()
				}
				if i%64 == 0 {
					s.Forget(key)
				}
				came := clock.Add(1)
				plain := i // written before the call: for the race detector
				r, _, err := s.Do(ctx, key, func(context.Context) (*result, error) {
					running.Add(1)
					defer running.Add(-1)
					return &result{key: key, plain: plain}, nil
				})
				if err == nil {
					assert.Equal(t, key, r.key)
					assert.Equal(t, key, r.plain%3)
					r.returned.CompareAndSwap(0, clock.Add(1))
					assert.Greater(t, r.returned.Load(), came)
					got.Add(1)
				} else if assert.ErrorIs(t, err, context.Canceled) {
					left.Add(1)
				}
				cancel()
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, n, got.Load()+left.Load())
	assert.Zero(t, running.Load())
}
