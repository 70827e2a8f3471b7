package semaphore

import (
	"context"
	"sync"
)

// call calls fn with a context that ends when fn does.
func call(ctx context.Context, fn func(ctx context.Context) error) error {
	s := &scope{Context: ctx}
	defer s.end()
	return fn(s)
}

// scope is a context that derives from another one and ends with a call. Most functions
// only look at theirs or hand it on, so what can be cancelled, which costs more than a free
// permit and takes the parent's lock, is made when somebody first asks for the Done
// channel.
type scope struct {
	context.Context //nolint:containedctx // it is a context

	mu     sync.Mutex
	ended  bool
	own    context.Context //nolint:containedctx // it is a context
	cancel context.CancelFunc
}

func (s *scope) Done() <-chan struct{} { return s.derived().Done() }

func (s *scope) Err() error {
	if own, ended := s.state(); own == nil && !ended {
		return s.Context.Err()
	}
	return s.derived().Err()
}

func (s *scope) Value(key any) any {
	if own, _ := s.state(); own != nil {
		return own.Value(key)
	}
	return s.Context.Value(key)
}

func (s *scope) state() (own context.Context, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own, s.ended
}

// derived returns the context that can be cancelled.
func (s *scope) derived() context.Context {
	if own, _ := s.state(); own != nil {
		return own
	}
	// Outside the lock: the parent may be anybody's code.
	ctx, cancel := context.WithCancel(s.Context)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own != nil {
		cancel()
		return s.own
	}
	s.own, s.cancel = ctx, cancel
	if s.ended {
		cancel()
	}
	return ctx
}

func (s *scope) end() {
	s.mu.Lock()
	s.ended = true
	cancel := s.cancel
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}
