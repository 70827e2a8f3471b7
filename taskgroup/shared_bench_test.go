package taskgroup_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sync/singleflight"

	"example.com/asyncgo/taskgroup"
)

// BenchmarkShared compares Shared with singleflight, which takes no contexts: one
// caller alone, and callers that meet.
func BenchmarkShared(b *testing.B) {
	impls := map[string]func() func(ctx context.Context, key string, fn taskgroup.Func[int]){
		"Shared": func() func(ctx context.Context, key string, fn taskgroup.Func[int]) {
			var s taskgroup.Shared[string, int]
			return func(ctx context.Context, key string, fn taskgroup.Func[int]) { _, _, _ = s.Do(ctx, key, fn) }
		},
		"singleflight": func() func(ctx context.Context, key string, fn taskgroup.Func[int]) {
			var g singleflight.Group
			return func(ctx context.Context, key string, fn taskgroup.Func[int]) {
				_, _, _ = g.Do(key, func() (any, error) { return fn(ctx) })
			}
		},
		"singleflight.DoChan": func() func(ctx context.Context, key string, fn taskgroup.Func[int]) {
			var g singleflight.Group
			return func(ctx context.Context, key string, fn taskgroup.Func[int]) {
				select {
				case <-g.DoChan(key, func() (any, error) { return fn(ctx) }):
				case <-ctx.Done():
				}
			}
		},
	}
	for _, impl := range []string{"Shared", "singleflight", "singleflight.DoChan"} {
		b.Run("impl="+impl+"/alone", func(b *testing.B) {
			do, fn := impls[impl](), value(1)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				do(ctx, "key", fn)
			}
		})
		for _, n := range []int{10, 1000} {
			b.Run("impl="+impl+"/callers="+strconv.Itoa(n), func(b *testing.B) {
				do := impls[impl]()
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				b.ReportAllocs()
				for b.Loop() {
					release := make(chan struct{})
					fn := func(ctx context.Context) (int, error) { <-release; return 1, ctx.Err() }
					var callers, come sync.WaitGroup
					come.Add(n)
					for range n {
						callers.Go(func() { come.Done(); do(ctx, "key", fn) })
					}
					come.Wait()
					runtime.Gosched()
					close(release)
					callers.Wait()
				}
			})
		}
	}
}
