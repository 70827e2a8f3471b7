package lockacross

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"

	"test/lockacross/helper"
)

type store struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	sem   *semaphore.Semaphore
	items *queue.Queue[int]
}

func (s *store) put(ctx context.Context, v int) error { // want put:`waits in queue.Queue.Put`
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.items.Put(ctx, v) // want `s.mu is held over s.items.Put, which waits: what waits for the mutex cannot be canceled`
}

func (s *store) acquire(ctx context.Context, skip bool) error {
	s.rw.RLock()
	if skip {
		s.rw.RUnlock()
		return nil
	}
	err := s.sem.Acquire(ctx) // want `s.rw is held over s.sem.Acquire`
	s.rw.RUnlock()
	return err
}

func (s *store) helped(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := helper.Perhaps(ctx, s.items, true); err != nil {
		return err
	}
	return helper.Put(ctx, s.items, 1) // want `s.mu is held over helper.Put, which waits in queue.Queue.Put`
}

func gather[T any](ctx context.Context, mu *sync.Mutex, fns ...taskgroup.Func[T]) ([]T, error) { // want gather:`waits in taskgroup.Gather`
	mu.Lock()
	defer mu.Unlock()
	return taskgroup.Gather(ctx, fns...) // want `mu is held over taskgroup.Gather`
}

func neither(ctx context.Context, items []int) error {
	var mu sync.Mutex
	total := 0
	g, _ := errgroup.WithContext(ctx)
	for _, item := range items {
		g.Go(func() error {
			mu.Lock()
			defer mu.Unlock()
			total += item
			return nil
		})
	}
	mu.Lock()
	defer mu.Unlock()
	return g.Wait() // want `mu is held over g.Wait, and a task of g locks it: neither goes on`
}

func inATask(g *taskgroup.Group) int {
	var mu sync.Mutex
	out := make(chan int)
	g.Go(func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		out <- 1 // want `mu is held over a send, which waits`
		return nil
	})
	return <-out
}

// ---- none of these -----------------------------------------------------------

func (s *store) before(ctx context.Context) error { // want before:`waits in queue.Queue.Put`
	s.mu.Lock()
	v := s.items.Len()
	s.mu.Unlock()
	return s.items.Put(ctx, v)
}

func (s *store) onOnePath(ctx context.Context, locked bool) error { // want onOnePath:`waits in queue.Queue.Join`
	if locked {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	return s.items.Join(ctx)
}

func (s *store) tries() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.items.TryPut(1)
}

func (s *store) later(g *taskgroup.Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.Go(func(ctx context.Context) error { return s.items.Put(ctx, 1) })
	go func() { _ = s.items.Put(context.Background(), 1) }()
}

func (s *store) joins(fns []func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var g errgroup.Group
	for _, fn := range fns {
		g.Go(fn)
	}
	return g.Wait()
}

func condition(ctx context.Context, l *semaphore.Lock, c *semaphore.Cond) error { // want condition:`waits in semaphore.Lock.Lock`
	if err := l.Lock(ctx); err != nil {
		return err
	}
	defer l.Unlock()
	return c.Wait(ctx)
}

func buffered(g *taskgroup.Group) int {
	var mu sync.Mutex
	out := make(chan int, 1)
	g.Go(func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		out <- 1
		return nil
	})
	return <-out
}
