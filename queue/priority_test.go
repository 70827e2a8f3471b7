package queue_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
)

// Q-03, P-90: equal ones in order of arrival, blocked ones included.
func TestPriorityIsStable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		byTens := func(a, b int) int { return cmp.Compare(a/10, b/10) }
		q := queue.NewPriority(4, byTens)
		fill(t, q, 11, 12, 1, 13)
		for _, v := range []int{14, 2, 15} {
			then(put(t.Context(), q, v))
		}
		assert.Equal(t, []int{1, 11, 2, 12, 13, 14, 15}, drain(t, q))

		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // chance enough for a test
		q = queue.NewPriority(0, func(a, b int) int { return cmp.Compare(a%10, b%10) })
		want := []int{}
		for i := range 1000 {
			v := 10*i + random.IntN(10)
			fill(t, q, v)
			want = append(want, v)
			if random.IntN(3) == 0 { // another call takes one in between
				slices.SortStableFunc(want, func(a, b int) int { return cmp.Compare(a%10, b%10) })
				got, err := q.TryGet()
				require.NoError(t, err)
				require.Equal(t, want[0], got)
				want = want[1:]
			}
		}
		slices.SortStableFunc(want, func(a, b int) int { return cmp.Compare(a%10, b%10) })
		assert.Equal(t, want, q.ShutdownNow())
	})
}

// P-90: an order that is none loses nothing.
func TestPriorityWithoutOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // chance enough for a test
	q := queue.NewPriority(0, func(_, _ int) int { return random.IntN(3) - 1 })
	want := map[int]bool{}
	for i := range 500 {
		fill(t, q, i)
		want[i] = true
	}
	for _, v := range append(drain(t, q), q.ShutdownNow()...) {
		assert.True(t, want[v])
		delete(want, v)
	}
	assert.Empty(t, want)

	nan := queue.NewPriority(0, func(a, b float64) int {
		if a < b {
			return -1
		} else if a > b {
			return 1
		}
		return 0
	})
	for _, v := range []float64{2, math.NaN(), 1, math.NaN(), 0} {
		require.NoError(t, nan.TryPut(v))
	}
	assert.Len(t, nan.ShutdownNow(), 5)
}

var errIncomparable = errors.New("incomparable")

// failures is how a comparison may go wrong.
var failures = map[string]func(){
	"panic":      func() { panic(errIncomparable) },
	"panic(nil)": func() { panic(nil) },
	"Goexit":     runtime.Goexit,
}

// A failureTest is a test with one of them.
type failureTest struct {
	*testing.T
	failure string
	fail    func()
}

// eachFailure runs test in a bubble for each way in which a comparison may
// fail.
func eachFailure(t *testing.T, test func(t failureTest)) {
	t.Helper()
	for failure, fail := range failures {
		t.Run(failure, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(failureTest{t, failure, fail}) })
		})
	}
}

// failedBy checks that a call ended as its comparison did.
func (c *call) failedBy(t failureTest) {
	t.Helper()
	assert.False(t, c.returned)
	switch t.failure {
	case "panic":
		assert.Equal(t, errIncomparable, c.panicked, "unchanged")
	case "panic(nil)":
		assert.IsType(t, new(runtime.PanicNilError), c.panicked)
	default:
		assert.True(t, c.goexited)
	}
}

// touchy makes a priority queue whose comparison fails when it sees bad, and
// one that it can be made to fail with in any case.
func touchy(maxsize int, fail func()) (q *queue.Queue[int], always *bool) {
	always = new(bool)
	return queue.NewPriority(maxsize, func(a, b int) int {
		if *always || a == bad || b == bad {
			fail()
		}
		return cmp.Compare(a, b)
	}), always
}

const bad = 99

// Q-04, H18, rule 8: the item is not in, and the queue goes on.
func TestComparisonFailsInPut(t *testing.T) {
	eachFailure(t, func(t failureTest) {
		q, _ := touchy(0, t.fail)
		fill(t, q, 2, 1, 3)
		then(put(t.Context(), q, bad)).failedBy(t)
		then(func() ([]int, error) { return nil, q.TryPut(bad) }).failedBy(t)
		assert.Equal(t, 3, q.Len())
		assert.Equal(t, 3, q.Unfinished())
		fill(t, q, 0)
		assert.Equal(t, []int{0, 1, 2, 3}, drain(t, q))
	})
}

// A Put that has waited fails itself, not the call that made room, and the room
// goes to the next.
func TestComparisonFailsInBlockedPut(t *testing.T) {
	takes := map[string]func(context.Context, *queue.Queue[int]) ([]int, error){
		"Get": func(ctx context.Context, q *queue.Queue[int]) ([]int, error) { return get(ctx, q)() },
		"TryGet": func(_ context.Context, q *queue.Queue[int]) ([]int, error) {
			v, err := q.TryGet()
			return []int{v}, err
		},
		"GetBatch": func(ctx context.Context, q *queue.Queue[int]) ([]int, error) { return batch(ctx, q, 1)() },
		"Items": func(ctx context.Context, q *queue.Queue[int]) ([]int, error) {
			for v := range q.Items(ctx) {
				return []int{v}, nil
			}
			return nil, nil
		},
	}
	for name, take := range takes {
		t.Run(name, func(t *testing.T) {
			eachFailure(t, func(t failureTest) {
				q, _ := touchy(2, t.fail)
				fill(t, q, 1, 5)
				bad := []*call{then(put(t.Context(), q, bad)), then(put(t.Context(), q, bad))}
				good := then(put(t.Context(), q, 3))
				later := then(put(t.Context(), q, 4))

				then(func() ([]int, error) { return take(t.Context(), q) }).succeeded(t, 1)
				for _, c := range bad {
					c.failedBy(t)
				}
				good.succeeded(t)
				later.isBlocked(t)
				assert.Equal(t, 2, q.Len())
				assert.Equal(t, 3, q.Unfinished())
				assert.Equal(t, []int{3, 4, 5}, drain(t, q))
			})
		})
	}
}

// The call that made room returns before or after the comparison, but the call
// that comes next sees it done.
func TestBlockedPutIsInForTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			q := queue.NewPriority(2, cmp.Compare[int])
			fill(t, q, 5, 6)
			blocked := then(put(t.Context(), q, 1))
			v, err := q.TryGet()
			require.NoError(t, err)
			assert.Equal(t, 5, v)
			assert.Equal(t, 2, q.Len())
			assert.ErrorIs(t, q.TryPut(0), queue.ErrFull)
			v, err = q.TryGet()
			require.NoError(t, err)
			assert.Equal(t, 1, v)
			synctest.Wait()
			blocked.succeeded(t)
		}
	})
}

// The stack of a comparison that panics is that of the Put whose item it is.
func TestComparisonPanicKeepsItsStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stack []byte
		q, _ := touchy(2, func() { panic(errIncomparable) })
		fill(t, q, 1, 2)
		then(func() ([]int, error) {
			defer func() {
				assert.Equal(t, errIncomparable, recover())
				stack = make([]byte, 1<<14)
				stack = stack[:runtime.Stack(stack, false)]
			}()
			return nil, q.Put(t.Context(), bad)
		})
		assert.Empty(t, stack)
		assert.Len(t, drain(t, q), 2)
		synctest.Wait()
		assert.Contains(t, string(stack), "touchy")
		assert.Contains(t, string(stack), "Put")
	})
}

// Where a Put gives up while the queue is locked, it is still in line when the
// room comes free, and must be passed over.
func TestPutGivesUpWhileTheQueueIsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for i := range 40 {
			alone := i%2 == 0 // or another one waits behind it
			ctx, cancel := context.WithCancel(t.Context())
			armed := false
			q := queue.NewPriority(3, func(a, b int) int {
				if armed {
					armed = false
					cancel()
					for range 1000 {
						runtime.Gosched() // until it has given up, most likely
					}
				}
				return cmp.Compare(a, b)
			})
			fill(t, q, 1, 2, 3)
			first := then(put(ctx, q, 4))
			want := []int{2, 3}
			var second *call
			if !alone {
				second = then(put(t.Context(), q, 5))
				want = append(want, 5)
			}
			armed = true
			v, err := q.TryGet()
			require.NoError(t, err)
			assert.Equal(t, 1, v)
			synctest.Wait()
			if first.err == nil {
				first.succeeded(t)
				want = append(want, 4)
			} else {
				first.failed(t, context.Canceled)
				if !alone {
					second.succeeded(t)
				}
			}
			slices.Sort(want)
			assert.Equal(t, want, drain(t, q))
		}
	})
}

// Where only order is restored, the call that compares fails, and the item
// stays.
func TestComparisonFailsInGet(t *testing.T) {
	for name, take := range map[string]func(context.Context, *queue.Queue[int]) error{
		"Get": func(ctx context.Context, q *queue.Queue[int]) error {
			_, err := q.Get(ctx)
			return err
		},
		"TryGet": func(_ context.Context, q *queue.Queue[int]) error {
			_, err := q.TryGet()
			return err
		},
		"GetBatch": func(ctx context.Context, q *queue.Queue[int]) error {
			_, err := q.GetBatch(ctx, make([]int, 9))
			return err
		},
		"ShutdownNow": func(_ context.Context, q *queue.Queue[int]) error {
			q.ShutdownNow()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachFailure(t, func(t failureTest) {
				q, always := touchy(5, t.fail)
				fill(t, q, 3, 1, 2, 5, 4)
				*always = true
				then(func() ([]int, error) { return nil, take(t.Context(), q) }).failedBy(t)
				*always = false
				assert.Equal(t, 5, q.Len())
				assert.Equal(t, 5, q.Unfinished())
				assert.Equal(t, []int{1, 2, 3, 4, 5}, drain(t, q))
			})
		})
	}
}

// A batch that fails in the middle has taken nothing, and the order is as
// before.
func TestComparisonFailsInTheMiddleOfGetBatch(t *testing.T) {
	eachFailure(t, func(t failureTest) {
		for after := range 40 {
			count, left := -1, 0
			q := queue.NewPriority(0, func(a, b int) int {
				if count++; left > 0 && count == left {
					t.fail()
				}
				return cmp.Compare(a/10, b/10)
			})
			fill(t, q, 31, 11, 12, 32, 13, 21, 33, 14, 22)
			want := []int{11, 12, 13, 14, 21, 22, 31, 32, 33}
			count, left = 0, after
			buf := make([]int, 6)
			c := then(func() ([]int, error) {
				n, err := q.GetBatch(t.Context(), buf)
				return buf[:n], err
			})
			left = 0
			if c.returned {
				c.succeeded(t, want[:6]...)
				assert.Equal(t, want[6:], drain(t, q))
				continue
			}
			c.failedBy(t)
			assert.Equal(t, make([]int, 6), buf, "no item is there twice")
			assert.Equal(t, len(want), q.Len())
			fill(t, q, 15)
			assert.Equal(t, slices.Insert(slices.Clone(want), 4, 15), drain(t, q))
		}
	})
}

// However often a batch fails, equal items stay in order of arrival.
func TestComparisonFailsInBatchAfterBatch(t *testing.T) {
	want := []int{11, 12, 13, 14, 15, 16, 17, 18, 19}
	for name, rest := range map[string]func(q *queue.Queue[int]) []int{
		"Get":         func(q *queue.Queue[int]) []int { return drain(t, q) },
		"ShutdownNow": (*queue.Queue[int]).ShutdownNow,
	} {
		for after := range 20 {
			left := 0
			q := queue.NewPriority(0, func(a, b int) int {
				if left--; left == 0 {
					panic(errIncomparable)
				}
				return cmp.Compare(a/10, b/10)
			})
			fill(t, q, want...)
			for range 3 {
				left = after
				_ = panicked(func() { _, _ = q.GetBatch(t.Context(), make([]int, 3)) })
			}
			left = 0
			assert.Equal(t, want[len(want)-q.Len():], rest(q), "%s, if batches fail at comparison %d", name, after)
		}
	}
}

// What a batch that fails has given back comes out again without a comparison
// that could fail: no Get after it fails that would not have without it.
func TestComparisonFailsNoSoonerAfterGetBatch(t *testing.T) {
	const n = 9
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 0))
		poison, order := r.IntN(n), r.Perm(n)
		delivered := func(batch bool) (items []int) {
			armed := false
			q := queue.NewPriority(0, func(a, b int) int {
				if armed && (a == poison || b == poison) {
					panic(errIncomparable)
				}
				return cmp.Compare(a, b)
			})
			fill(t, q, order...)
			armed = true
			if batch && panicked(func() { _, _ = q.GetBatch(t.Context(), make([]int, n)) }) == nil {
				return order
			}
			for q.Len() > 0 && panicked(func() {
				item, err := q.TryGet()
				assert.NoError(t, err)
				items = append(items, item)
			}) == nil {
				continue
			}
			return items
		}
		assert.GreaterOrEqual(t, len(delivered(true)), len(delivered(false)), "seed %d", seed)
	}
}

// The same where the batch lets in Puts that wait, wherever it fails: what got
// in stays in, though that may be more than there is room for, and the call
// that compared is the one that failed.
func TestComparisonFailsInGetBatchThatMakesRoom(t *testing.T) {
	eachFailure(t, func(t failureTest) {
		overfull := false
		for after := range 60 {
			count, left := 0, 0
			q := queue.NewPriority(4, func(a, b int) int {
				if count++; count == left {
					t.fail()
				}
				return cmp.Compare(a, b)
			})
			fill(t, q, 30, 10, 40, 20)
			want := []int{10, 20, 30, 40}
			waiting := []int{15, 50, 5}
			var puts []*call
			for _, v := range waiting {
				puts = append(puts, then(put(t.Context(), q, v)))
			}
			count, left = 0, after
			buf := make([]int, 6)
			c := then(func() ([]int, error) {
				n, err := q.GetBatch(t.Context(), buf)
				return buf[:n], err
			})
			left = 0
			overfull = overfull || q.Len() > q.Cap()
			got := []int{}
			if c.returned {
				got = append(got, c.items...)
			} else {
				c.failedBy(t)
				assert.Equal(t, make([]int, 6), buf, "no item is there twice")
			}
			rest := drain(t, q)
			synctest.Wait()
			for i, p := range puts {
				if p.returned {
					p.succeeded(t)
					want = append(want, waiting[i])
				} else {
					p.failedBy(t)
				}
			}
			assert.ElementsMatch(t, want, append(got, rest...))
			assert.Equal(t, len(want), q.Unfinished())
		}
		assert.True(t, overfull, "or else this has not tried what it should")
	})
}

// ShutdownNow that fails has shut down, and can be called again.
func TestComparisonFailsInShutdownNow(t *testing.T) {
	eachFailure(t, func(t failureTest) {
		q, always := touchy(3, t.fail)
		fill(t, q, 2, 1, 3)
		blocked := then(put(t.Context(), q, 0))
		joiner := then(join(t.Context(), q))
		*always = true
		then(func() ([]int, error) { return q.ShutdownNow(), nil }).failedBy(t)
		*always = false
		synctest.Wait()
		blocked.failed(t, queue.ErrShutdown)
		joiner.isBlocked(t)
		assert.Equal(t, 3, q.Unfinished())
		assert.Equal(t, []int{1, 2, 3}, q.ShutdownNow())
		synctest.Wait()
		joiner.succeeded(t)
	})
}

// Wherever it fails, order is as it was, also of what a failed GetBatch gave
// back.
func TestComparisonFailsInTheMiddleOfShutdownNow(t *testing.T) {
	eachFailure(t, func(t failureTest) {
		for after := range 30 {
			count, left := 0, 0
			q := queue.NewPriority(0, func(a, b int) int {
				if count++; count == left {
					t.fail()
				}
				return cmp.Compare(a/10, b/10)
			})
			fill(t, q, 31, 11, 21, 12, 32, 22, 13)
			count, left = 0, 5
			then(batch(t.Context(), q, 7)).failedBy(t)
			count, left = 0, after
			c := then(func() ([]int, error) { return q.ShutdownNow(), nil })
			want := []int{11, 12, 13, 21, 22, 31, 32}
			if c.returned {
				c.succeeded(t, want...)
				assert.Zero(t, q.Len())
				assert.Zero(t, q.Unfinished())
				continue
			}
			c.failedBy(t)
			assert.Equal(t, 7, q.Unfinished())
			left = 0
			assert.Equal(t, want, drain(t, q))
		}
	})
}

// A comparison that fails every now and then, and everything at once: each item
// leaves exactly once, and at the end in order.
func TestComparisonFailsNowAndThen(t *testing.T) {
	const producers, consumers, items = 4, 3, 400
	for failure, fail := range failures {
		t.Run(failure, func(t *testing.T) {
			calm := false
			random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // chance enough for a test
			q := queue.NewPriority(5, func(a, b int) int {
				if !calm && random.IntN(40) == 0 {
					fail()
				}
				return cmp.Compare(a, b)
			})
			ctx := t.Context()
			var mu sync.Mutex
			put, got := map[int]int{}, map[int]int{}
			var producing, consuming sync.WaitGroup
			// attempt calls f in a goroutine that may end any way, and waits
			// for that.
			attempt := func(f func()) {
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					defer func() { _ = recover() }()
					f()
				}()
				<-ended
			}
			for p := range producers {
				producing.Go(func() {
					for i := range items {
						attempt(func() {
							v := p*items + i
							if assert.NoError(t, q.Put(ctx, v)) {
								mu.Lock()
								put[v]++
								mu.Unlock()
							}
						})
					}
				})
			}
			for c := range consumers {
				consuming.Go(func() {
					for ended := false; !ended; {
						attempt(func() {
							buf := make([]int, 1+c*2)
							n, err := q.GetBatch(ctx, buf)
							mu.Lock()
							defer mu.Unlock()
							for _, v := range buf[:n] {
								got[v]++
							}
							ended = err != nil
						})
					}
				})
			}
			producing.Wait()
			q.Shutdown()
			consuming.Wait()
			assert.Equal(t, put, got)
			assert.NotEmpty(t, put)
			assert.Equal(t, len(put), q.Unfinished())
			assert.Zero(t, q.Len())
			calm = true
		})
	}
}

// All orders of few, and some of many, through pop, batch and ShutdownNow.
func TestPrioritySorts(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // chance enough for a test
	for n := range 130 {
		values := random.Perm(n)
		q := queue.NewPriority(0, cmp.Compare[int])
		fill(t, q, values...)
		want := slices.Sorted(slices.Values(values))
		k := n / 3
		got := drainSome(t, q, k)
		if n-k > 0 {
			buf := make([]int, (n-k+1)/2)
			m, err := q.GetBatch(t.Context(), buf)
			require.NoError(t, err)
			got = append(got, buf[:m]...)
		}
		got = append(got, q.ShutdownNow()...)
		if !assert.Equal(t, want, append([]int(nil), got...), fmt.Sprint(n)) {
			return
		}
	}
}

func drainSome(t tester, q *queue.Queue[int], n int) (some []int) {
	t.Helper()
	for range n {
		v, err := q.TryGet()
		require.NoError(t, err)
		some = append(some, v)
	}
	return some
}
