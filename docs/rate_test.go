package docs_test

import (
	"context"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

// rateLimiter has the methods of *rate.Limiter, of golang.org/x/time/rate, that
// are used here: so this module needs not require that one.
type rateLimiter interface {
	Wait(ctx context.Context) error
	WaitN(ctx context.Context, n int) error
	AllowN(now time.Time, n int) bool
}

type everyMillisecond struct{ waits int }

func (r *everyMillisecond) Wait(ctx context.Context) error { return r.WaitN(ctx, 1) }

func (r *everyMillisecond) WaitN(ctx context.Context, n int) error {
	r.waits += n
	return taskgroup.Sleep(ctx, time.Duration(n)*time.Millisecond)
}

func (*everyMillisecond) AllowN(time.Time, int) bool { return false }

func Example_rateLimit() {
	var limiter rateLimiter = &everyMillisecond{} // rate.NewLimiter(10, 1): ten a second
	sizes, err := taskgroup.Map(ctx, 1, urls, func(ctx context.Context, url string) (int, error) {
		if err := limiter.Wait(ctx); err != nil {
			return 0, err
		}
		return fetch(ctx, url)
	})
	fmt.Println(sizes, err)
	// Output: [6 10] <nil>
}

// paced makes a rate limit the limit of groups: each task takes a token, and
// the end of a task gives none back.
type paced struct{ rateLimiter }

func (p paced) AcquireN(ctx context.Context, n int) error { return p.WaitN(ctx, n) }
func (p paced) TryAcquireN(n int) bool                    { return p.AllowN(time.Now(), n) }
func (p paced) ReleaseN(int)                              {}

func Example_rateLimiter() {
	limiter := &everyMillisecond{}
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for _, url := range urls {
			g.Go(func(ctx context.Context) error { // waits for a token before the task begins
				_, err := fetch(ctx, url)
				return err
			})
		}
		return nil
	}, taskgroup.WithLimiter(paced{limiter}))
	fmt.Println(limiter.waits, err)
	// Output: 2 <nil>
}
