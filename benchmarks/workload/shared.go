package workload

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"example.com/asyncgo/taskgroup"
)

// sharing is a set of shared calls of any make. Its do returns the result of
// fn, or 0 after an error.
type sharing struct {
	name string
	do   func(fn taskgroup.Func[int]) int
}

const sharedKey = "key"

func singleflightDo() sharing {
	var g singleflight.Group
	return sharing{"singleflight", func(fn taskgroup.Func[int]) int {
		v, err, _ := g.Do(sharedKey, func() (any, error) { return fn(background) })
		if err != nil {
			return 0
		}
		return v.(int)
	}}
}

// singleflightDoChan is singleflight with a wait that a context can end.
func singleflightDoChan() sharing {
	var g singleflight.Group
	return sharing{"singleflight-select", func(fn taskgroup.Func[int]) int {
		select {
		case r := <-g.DoChan(sharedKey, func() (any, error) { return fn(background) }):
			if r.Err == nil {
				return r.Val.(int)
			}
		case <-cancelable.Done():
		}
		return 0
	}}
}

func ourSharing() sharing {
	var s taskgroup.Shared[string, int]
	return sharing{"asyncgo", func(fn taskgroup.Func[int]) int {
		v, _, _ := s.Do(cancelable, sharedKey, fn)
		return v
	}}
}

// shared has calls for one key: by one caller alone, and by callers that meet,
// since the function returns only when all of them are about to call.
func shared() []Row {
	const callers = 8
	alone := Row{Name: "Shared call, uncontended", Unit: "call"}
	meeting := Row{Name: fmt.Sprintf("Shared call, %d callers of one key", callers), Unit: fmt.Sprintf("%d callers", callers)}
	for _, newSharing := range []func() sharing{singleflightDo, singleflightDoChan, ourSharing} {
		name := newSharing().name
		alone.Impls = append(alone.Impls, Impl{Name: name, Do: func(n int) (sum int) {
			s := newSharing()
			for range n {
				sum += s.do(one)
			}
			return sum
		}})
		meeting.Impls = append(meeting.Impls, Impl{Name: name, Do: func(n int) int {
			s := newSharing()
			var sum atomic.Int64
			for range n {
				var arrived, left sync.WaitGroup
				arrived.Add(callers)
				fn := func(context.Context) (int, error) { arrived.Wait(); return 1, nil }
				for range callers {
					left.Go(func() {
						arrived.Done()
						sum.Add(int64(s.do(fn)))
					})
				}
				left.Wait()
			}
			return int(sum.Load())
		}})
	}
	return []Row{alone, meeting}
}
