package permit

import (
	"context"
	"errors"
	"fmt"

	xsemaphore "golang.org/x/sync/semaphore"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"

	"test/permit/helper"
)

func work(ctx context.Context) error { return ctx.Err() }
func do() error                      { return nil }

type pool struct {
	sem  *semaphore.Semaphore
	lock semaphore.Lock
	x    *xsemaphore.Weighted
	open bool
}

func (p *pool) tooSoon(ctx context.Context) error { // want tooSoon:`releases`
	err := p.sem.Acquire(ctx)
	defer p.sem.Release() // want `the release is deferred before the error of p.sem.Acquire is looked at`
	if err != nil {
		return err
	}
	return do()
}

func (p *pool) dropped(ctx context.Context) error { // want dropped:`releases`
	_ = p.x.Acquire(ctx, 1) // want `the error of p.x.Acquire is dropped, and what it may not have acquired is released`
	defer p.x.Release(1)
	return do()
}

func (p *pool) before(ctx context.Context) error { // want before:`releases`
	defer p.lock.Unlock() // want `the release is deferred before p.lock.Lock is called: it also happens if that fails`
	if err := p.lock.Lock(ctx); err != nil {
		return err
	}
	return do()
}

func (p *pool) failed(ctx context.Context) error { // want failed:`releases`
	if err := p.sem.AcquireN(ctx, 2); err != nil {
		p.sem.ReleaseN(2) // want `p.sem.AcquireN has failed here: there is nothing to release`
		return err
	}
	defer p.sem.ReleaseN(2)
	return do()
}

func (p *pool) lostOnAPath(ctx context.Context) error { // want lostOnAPath:`releases`
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	if !p.open {
		return errors.New("closed") // want `what p.sem.Acquire acquired is not released on this path`
	}
	if err := do(); err != nil {
		return fmt.Errorf("do: %w", err) // want `what p.sem.Acquire acquired is not released on this path`
	}
	if err := do(); err != nil {
		p.sem.Release()
		return err
	}
	if err := do(); err != nil {
		return err // want `what p.sem.Acquire acquired is not released on this path`
	}
	p.sem.Release()
	return nil
}

func keyed[K comparable](ctx context.Context, sem *semaphore.Keyed[K], key K, skip bool) { // want keyed:`releases`
	if sem.Acquire(ctx, key) != nil {
		return
	}
	if skip {
		return // want `what sem.Acquire acquired is not released on this path`
	}
	sem.Release(key)
}

func (p *pool) refused(ctx context.Context, g *taskgroup.Group, e *errgroup.Group) error { // want refused:`releases`
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	g.Go(func(context.Context) error { // want `the task that releases what p.sem.Acquire acquired may be refused: release it then`
		defer p.sem.Release()
		return do()
	})
	return nil
}

func (p *pool) blocking(ctx context.Context) error {
	if err := p.sem.Do(ctx, func(ctx context.Context) error {
		_, err := taskgroup.Blocking(ctx, func() (int, error) { return 0, do() }) // want `the permit is free again when Blocking gives up, and the call goes on: use taskgroup.BlockingIn`
		return err
	}); err != nil {
		return err
	}
	_, err := semaphore.Use(ctx, p.sem, func(ctx context.Context) (int, error) {
		return taskgroup.Blocking(ctx, func() (int, error) { return 0, do() }) // want `the permit is free again`
	})
	return err
}

// ---- none of these -----------------------------------------------------------

func (p *pool) right(ctx context.Context) error { // want right:`releases`
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	defer p.sem.Release()
	if err := do(); err != nil {
		return err
	}
	return p.sem.Do(ctx, func(ctx context.Context) error { return work(ctx) })
}

func (p *pool) inALoop(ctx context.Context, items []int) error { // want inALoop:`releases`
	for range items {
		if err := p.sem.Acquire(ctx); err != nil {
			continue
		}
		if err := do(); err != nil {
			p.sem.Release()
			return err
		}
		p.sem.Release()
	}
	return errors.New("no more")
}

// The permit belongs to the caller.
func (p *pool) take(ctx context.Context) error { // want take:`releases`
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	if err := do(); err != nil {
		p.sem.Release()
		return err
	}
	return nil
}

func (p *pool) takeOnly(ctx context.Context) error {
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return nil
}

func (p *pool) helped(ctx context.Context) error {
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	helper.Done(p.sem)
	return do()
}

func (p *pool) closure(ctx context.Context) error { // want closure:`releases`
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	release := func() { p.sem.Release() }
	if err := do(); err != nil {
		release()
		return err
	}
	release()
	return nil
}

func (p *pool) inTheTask(ctx context.Context, e *errgroup.Group, g *taskgroup.Group) error { // want inTheTask:`releases`
	if err := p.x.Acquire(ctx, 1); err != nil {
		return err
	}
	e.Go(func() error {
		defer p.x.Release(1)
		return do()
	})
	if err := p.sem.Acquire(ctx); err != nil {
		return err
	}
	if !g.Go(func(context.Context) error {
		defer p.sem.Release()
		return do()
	}) {
		p.sem.Release()
	}
	return nil
}

func local(ctx context.Context, items []int) error { // want local:`releases`
	sem := xsemaphore.NewWeighted(2)
	for range items {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		if err := do(); err != nil {
			return err
		}
		go func() { sem.Release(1) }()
	}
	return sem.Acquire(ctx, 2)
}

func (p *pool) never() { // want never:`releases`
	_ = p.x.Acquire(context.Background(), 1)
	defer p.x.Release(1)
}

func (p *pool) unlocked(ctx context.Context) error { // want unlocked:`releases`
	if err := p.lock.Lock(ctx); err != nil {
		return err
	}
	defer p.lock.Unlock()
	p.lock.Unlock()
	err := do()
	return errors.Join(err, p.lock.Lock(ctx))
}
