package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

type (
	mapSource = func(ctx context.Context, limit int, source source, fn func(context.Context, int) (int, error)) iter.Seq2[int, error]
	source    = func(ctx context.Context) iter.Seq2[int, error]
)

var mapSources = map[string]mapSource{
	"MapSource":          taskgroup.MapSource[int, int],
	"MapSourceUnordered": taskgroup.MapSourceUnordered[int, int],
}

// eachMapSource runs a test in a bubble for both.
func eachMapSource(t *testing.T, test func(t *testing.T, name string, m mapSource)) {
	t.Helper()
	for name, m := range mapSources {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, name, m) })
		})
	}
}

// yields is a source of the first n numbers that then does what end says.
func yields(n int, end func(ctx context.Context, yield func(int, error) bool)) source {
	return func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if end != nil {
				end(ctx, yield)
			}
		}
	}
}

// waits is how a source that obeys its context ends.
func waits(ctx context.Context, yield func(int, error) bool) {
	if err := taskgroup.Sleep(ctx, 1000*time.Hour); err != nil {
		yield(0, err)
	}
}

func double(_ context.Context, i int) (int, error) { return 2 * i, nil }

// pairs takes all pairs, and asserts that an error comes with the zero value, and
// as the last pair.
func pairs(t *testing.T, seq iter.Seq2[int, error]) (values []int, err error) {
	t.Helper()
	for v, e := range seq {
		assert.NoError(t, err, "the error was not the last pair")
		if err = e; err != nil {
			assert.Zero(t, v)
		} else {
			values = append(values, v)
		}
	}
	return values, err
}

// A source that ends without an error: everything is yielded, and each range calls
// the source anew.
func TestMapSource(t *testing.T) {
	eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
		t.Helper()
		calls := 0
		seq := m(t.Context(), 3, func(ctx context.Context) iter.Seq2[int, error] {
			calls++
			return yields(9, nil)(ctx)
		}, double)
		assert.Zero(t, calls)
		for round := range 2 {
			values, err := pairs(t, seq)
			assert.NoError(t, err)
			slices.Sort(values)
			assert.Equal(t, []int{0, 2, 4, 6, 8, 10, 12, 14, 16}, values)
			assert.Equal(t, round+1, calls)
		}
		values, err := pairs(t, m(t.Context(), 3, yields(0, nil), double))
		assert.NoError(t, err)
		assert.Empty(t, values)
	})
}

// The first error of the source is its end, and cancels nothing: what came before is
// handed on, and then the error as it is.
func TestASourceThatFails(t *testing.T) {
	eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
		t.Helper()
		var further atomic.Bool
		values, err := pairs(t, m(t.Context(), 4, yields(3, func(_ context.Context, yield func(int, error) bool) {
			further.Store(yield(7, errBoom))
		}), func(ctx context.Context, i int) (int, error) {
			return i, taskgroup.Sleep(ctx, time.Duration(i)*time.Hour)
		}))
		assert.Equal(t, []int{0, 1, 2}, values)
		assert.Equal(t, errBoom, err)
		assert.False(t, further.Load())

		// Also one that looks like the end of a context: none has ended.
		for _, end := range []error{context.Canceled, context.DeadlineExceeded, taskgroup.ErrTimeout} {
			values, err = pairs(t, m(t.Context(), 4, yields(1, func(_ context.Context, yield func(int, error) bool) { yield(0, end) }), double))
			assert.Equal(t, []int{0}, values)
			assert.Equal(t, end, err)
		}
	})
}

// A failure of fn comes first, whenever the source fails.
func TestASourceAndItsFunctionFail(t *testing.T) {
	eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
		t.Helper()
		for _, delay := range []time.Duration{time.Second, time.Hour} {
			values, err := pairs(t, m(t.Context(), 4, yields(2, func(_ context.Context, yield func(int, error) bool) {
				time.Sleep(delay)
				yield(0, errCleanup)
			}), func(_ context.Context, i int) (int, error) {
				if i == 1 {
					time.Sleep(time.Minute)
					return 0, errBoom
				}
				return i, nil
			}))
			assert.Equal(t, []int{0}, values)
			te, ok := err.(*taskgroup.TaskError)
			require.True(t, ok, "%T", err)
			assert.Equal(t, 1, te.Index)
			assert.Equal(t, errBoom, te.Err)
		}
	})
}

// A source that obeys its context delays nothing: when fn fails, when the loop is
// left, and when ctx ends; one that does not is waited for.
func TestASourceThatWaits(t *testing.T) {
	ignores := func(context.Context, func(int, error) bool) { time.Sleep(time.Hour) }
	for obeys, end := range map[bool]func(context.Context, func(int, error) bool){true: waits, false: ignores} {
		delay := time.Duration(0)
		if !obeys {
			delay = time.Hour
		}
		t.Run(fmt.Sprint("obeys: ", obeys), func(t *testing.T) {
			eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
				t.Helper()
				begun := time.Now()
				_, err := pairs(t, m(t.Context(), 2, yields(1, end), func(context.Context, int) (int, error) { return 0, errBoom }))
				assert.ErrorIs(t, err, errBoom)
				assert.Equal(t, delay, time.Since(begun))

				begun = time.Now()
				for _, err := range m(t.Context(), 2, yields(1, end), double) {
					assert.NoError(t, err)
					break
				}
				assert.Equal(t, delay, time.Since(begun))

				begun = time.Now()
				assert.Equal(t, "the body", testkit.Raised(func() {
					for _, err := range m(t.Context(), 2, yields(1, end), double) {
						assert.NoError(t, err)
						panic("the body")
					}
				}))
				assert.Equal(t, delay, time.Since(begun))

				begun = time.Now()
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
				defer cancel()
				values, err := pairs(t, m(ctx, 2, yields(1, end), double))
				assert.Equal(t, []int{0}, values, "what has ended")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorIs(t, err, errWhy)
				assert.Equal(t, max(time.Second, delay), time.Since(begun))
			})
		})
	}
}

// If ctx is done at the call, that is the only pair, and neither is called.
func TestMapSourceWithADoneContext(t *testing.T) {
	eachMapSource(t, func(t *testing.T, name string, m mapSource) {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		values, err := pairs(t, m(ctx, 2, func(context.Context) iter.Seq2[int, error] { panic("it is called") }, double))
		assert.Empty(t, values)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errWhy)
		assert.EqualError(t, err, "taskgroup: "+name+": context canceled: why")
	})
}

// If ctx is done when the source ends, its error is the last pair, though all calls
// return nil and the source ended well: it is not known if that was all.
func TestMapSourceContextAtTheEnd(t *testing.T) {
	eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		values, err := pairs(t, m(ctx, 2, yields(1, func(context.Context, func(int, error) bool) { cancel(errWhy) }), double))
		assert.Equal(t, []int{0}, values)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errWhy)
	})
}

// A source that panics or calls Goexit, at its call or on the way.
func TestASourceThatDoesNotReturn(t *testing.T) {
	for place, sourceOf := range map[string]func(leave func()) source{
		"at its call": func(leave func()) source {
			return func(context.Context) iter.Seq2[int, error] { leave(); return nil }
		},
		"on the way": func(leave func()) source {
			return yields(0, func(context.Context, func(int, error) bool) { leave() })
		},
	} {
		t.Run(place, func(t *testing.T) {
			eachMapSource(t, func(t *testing.T, name string, m mapSource) {
				t.Helper()
				reports := testkit.CaptureLog(t)
				pe := raisedPanic(t, func() {
					_, _ = pairs(t, m(t.Context(), 2, sourceOf(func() { panicking(errBoom) }), double))
				})
				assert.Equal(t, errBoom, pe.Value)
				assert.Equal(t, name+" input", pe.Task.Name)
				assert.Contains(t, string(pe.Stack), "panicking")
				assert.Len(t, reports.Take(), 1)

				_, err := pairs(t, m(t.Context(), 2, sourceOf(runtime.Goexit), double))
				assert.ErrorIs(t, err, taskgroup.ErrGoexit)
				assert.EqualError(t, err, "taskgroup: "+name+" input: task called runtime.Goexit")
			})
		})
	}
}

// What came before a panic of the source and has ended may be yielded; what runs is
// canceled and joined.
func TestAPanicOfTheSourceCancels(t *testing.T) {
	eachMapSource(t, func(t *testing.T, _ string, m mapSource) {
		t.Helper()
		testkit.CaptureLog(t)
		var cause note
		_ = raisedPanic(t, func() {
			_, _ = pairs(t, m(t.Context(), 2, yields(1, func(context.Context, func(int, error) bool) {
				time.Sleep(time.Second)
				panic(errBoom)
			}), func(ctx context.Context, _ int) (int, error) {
				return 0, loops(&cause)(ctx)
			}))
		})
		assert.ErrorIs(t, cause.get(), errBoom)
	})
}

// Rule 9: nil functions and limits below 1 panic at the call, a source that returns
// nil when it is ranged over.
func TestMapSourceMisuse(t *testing.T) {
	for _, m := range mapSources {
		assertMisuse(t, func() { m(t.Context(), 1, nil, double) })
		assertMisuse(t, func() { m(t.Context(), 1, yields(1, nil), nil) })
		assertMisuse(t, func() { m(t.Context(), 0, yields(1, nil), double) })
		assertMisuse(t, func() { m(t.Context(), taskgroup.NoLimit, yields(1, nil), double) })
		testkit.CaptureLog(t)
		assertMisuse(t, func() {
			_, _ = pairs(t, m(t.Context(), 1, func(context.Context) iter.Seq2[int, error] { return nil }, double))
		})
	}
}

// Stages fit together: values go through, an error of any stage is the last pair as
// it is, and leaving the last loop ends them all.
func TestStages(t *testing.T) {
	chain := func(first, second mapSource, from source, fn func(context.Context, int) (int, error)) func(ctx context.Context) iter.Seq2[int, error] {
		return func(ctx context.Context) iter.Seq2[int, error] {
			return second(ctx, 2, func(ctx context.Context) iter.Seq2[int, error] { return first(ctx, 2, from, fn) }, double)
		}
	}
	for firstName, first := range mapSources {
		for secondName, second := range mapSources {
			t.Run(firstName+", "+secondName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					values, err := pairs(t, chain(first, second, yields(5, nil), double)(t.Context()))
					assert.NoError(t, err)
					slices.Sort(values)
					assert.Equal(t, []int{0, 4, 8, 12, 16}, values)

					values, err = pairs(t, chain(first, second, yields(2, func(_ context.Context, yield func(int, error) bool) { yield(0, errBoom) }), double)(t.Context()))
					assert.Equal(t, errBoom, err)
					assert.Len(t, values, 2)

					fails := func(_ context.Context, i int) (int, error) {
						if i == 1 {
							return 0, errBoom
						}
						time.Sleep(time.Second)
						return i, nil
					}
					_, err = pairs(t, chain(first, second, yields(5, waits), fails)(t.Context()))
					te, ok := err.(*taskgroup.TaskError)
					require.True(t, ok, "%T", err)
					assert.Equal(t, 1, te.Index)

					begun := time.Now()
					for _, err := range chain(first, second, yields(1, waits), double)(t.Context()) {
						assert.NoError(t, err)
						break
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(errWhy) })
					values, err = pairs(t, chain(first, second, yields(1, waits), double)(ctx))
					assert.Equal(t, []int{0}, values)
					assert.ErrorIs(t, err, errWhy)
					assert.ErrorIs(t, err, context.Canceled)
					assert.EqualError(t, err, "taskgroup: "+secondName+": context canceled: why")
					assert.LessOrEqual(t, time.Since(begun), 3*time.Second)
				})
			})
		}
	}
}

// No more than limit items are taken and not yet yielded, and each that is taken
// reaches fn, whatever ends the loop.
func TestMapSourceTakesNoItemForNothing(t *testing.T) {
	for name, m := range mapSources {
		t.Run(name, func(t *testing.T) {
			for round := range times(500) {
				var taken, called atomic.Int64
				ctx, cancel := context.WithCancelCause(context.Background())
				yielded := int64(0)
				for _, err := range m(ctx, 3, func(context.Context) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) {
						for i := range 100 {
							taken.Add(1)
							if !yield(i, nil) {
								return
							}
						}
					}
				}, func(_ context.Context, i int) (int, error) {
					called.Add(1)
					if i == 20 && round%3 == 0 {
						return 0, errBoom
					}
					return i, nil
				}) {
					yielded++
					require.LessOrEqual(t, taken.Load(), yielded+3)
					if yielded == 10 && round%3 == 1 {
						cancel(errWhy)
					}
					if err != nil || yielded == 15 && round%3 == 2 {
						break
					}
				}
				cancel(nil)
				require.Equal(t, taken.Load(), called.Load())
			}
		})
	}
}

// MapUnordered yields the failure that canceled the other calls, though another may
// have ended before it; the cause of their context is that very error.
func TestTheFailureThatCanceledIsYielded(t *testing.T) {
	for name, m := range map[string]func(fn func(context.Context, int) (int, error)) iter.Seq2[int, error]{
		"MapUnordered": func(fn func(context.Context, int) (int, error)) iter.Seq2[int, error] {
			return taskgroup.MapUnordered(context.Background(), 4, slices.Values(upTo(4)), fn)
		},
		"MapSourceUnordered": func(fn func(context.Context, int) (int, error)) iter.Seq2[int, error] {
			return taskgroup.MapSourceUnordered(context.Background(), 4, yields(4, nil), fn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range times(3000) {
				var cause note
				var last error
				for _, err := range m(func(ctx context.Context, i int) (int, error) {
					if i == 0 {
						<-ctx.Done()
						cause.set(context.Cause(ctx))
						return 0, nil
					}
					return 0, fmt.Errorf("failure %d", i)
				}) {
					if err != nil {
						last = err
					}
				}
				if cause.get() != nil && !errors.Is(cause.get(), context.Canceled) {
					require.Equal(t, cause.get(), last)
				}
			}
		})
	}
}
