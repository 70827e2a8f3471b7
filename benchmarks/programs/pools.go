package programs

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

func poolAsyncgo(ctx context.Context, a *account) pool {
	jobs := queue.NewPriority(0, func(a, b job) int { return cmp.Compare(a.class, b.class) })
	run := func(ctx context.Context, j job) error {
		_, err := taskgroup.WaitFor(ctx, time.Until(j.deadline), taskgroup.NoValue(j.work))
		return err
	}
	g := taskgroup.New(ctx)
	for range workers {
		g.Go(func(ctx context.Context) error {
			for j, err := range jobs.All(ctx) {
				if err != nil {
					return err
				}
				a.do(ctx, j, run)
			}
			return nil
		})
	}
	return pool{
		submit: func(j job) { _ = jobs.TryPut(j) }, // one that is missing is noticed
		close:  func() error { jobs.Shutdown(); return g.Wait() },
	}
}

// channelQueue is a queue with a channel for each class, and one with a token
// for each job.
type channelQueue struct {
	jobs   [classes]chan job
	tokens chan struct{}
}

const channelRoom = 1 << 16 // more than wait at any time

func newChannelQueue() *channelQueue {
	q := &channelQueue{tokens: make(chan struct{}, classes*channelRoom)}
	for i := range q.jobs {
		q.jobs[i] = make(chan job, channelRoom)
	}
	return q
}

func (q *channelQueue) put(j job) {
	q.jobs[j.class] <- j
	q.tokens <- struct{}{}
}

// first returns the first job, of which there is one, because the caller has a
// token.
func (q *channelQueue) first() job {
	for {
		for _, jobs := range q.jobs {
			select {
			case j := <-jobs:
				return j
			default:
			}
		}
	}
}

// worker does jobs until there are no more, or ctx is done.
func (q *channelQueue) worker(ctx context.Context, a *account) error {
	for {
		select {
		case _, ok := <-q.tokens:
			if !ok {
				return nil
			}
			a.do(ctx, q.first(), withDeadline)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func poolChannels(ctx context.Context, a *account) pool {
	q := newChannelQueue()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range q.tokens {
				a.do(ctx, q.first(), withDeadline)
			}
		})
	}
	return pool{submit: q.put, close: func() error { close(q.tokens); wg.Wait(); return nil }}
}

func poolErrgroup(ctx context.Context, a *account) pool {
	q := newChannelQueue()
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error { return q.worker(ctx, a) })
	}
	return pool{submit: q.put, close: func() error { close(q.tokens); return g.Wait() }}
}

func poolConc(ctx context.Context, a *account) pool {
	q := newChannelQueue()
	var wg conc.WaitGroup
	for range workers {
		wg.Go(func() { _ = q.worker(ctx, a) }) // a job that is missing is noticed
	}
	return pool{submit: q.put, close: func() error { close(q.tokens); wg.Wait(); return nil }}
}

func poolPond(ctx context.Context, a *account) pool {
	q := newChannelQueue()
	p := pond.NewPool(workers)
	return pool{
		submit: func(j job) {
			q.jobs[j.class] <- j
			_ = p.Go(func() { a.do(ctx, q.first(), withDeadline) }) // a job that is missing is noticed
		},
		close: func() error { p.StopAndWait(); return nil },
	}
}
