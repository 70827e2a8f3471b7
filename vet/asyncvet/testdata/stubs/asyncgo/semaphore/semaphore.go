// Package semaphore stands for the real one: its signatures.
package semaphore

import (
	"context"
	"errors"
)

const todo = "a stub"

var (
	ErrClosed      = errors.New("semaphore: closed")
	ErrTooLarge    = errors.New("semaphore: more permits than the semaphore has")
	ErrOverRelease = errors.New("semaphore: released more than held")
	ErrBroken      = errors.New("semaphore: barrier broken")
	ErrMisuse      = errors.New("semaphore: misuse")
	ErrNotLocked   = errors.New("semaphore: lock is not locked")
)

type Semaphore struct{}

func New(n int) *Semaphore         { panic(todo) }
func NewCounting(n int) *Semaphore { panic(todo) }

func (s *Semaphore) Acquire(ctx context.Context) error                                { panic(todo) }
func (s *Semaphore) AcquireN(ctx context.Context, n int) error                        { panic(todo) }
func (s *Semaphore) TryAcquire() bool                                                 { panic(todo) }
func (s *Semaphore) TryAcquireN(n int) bool                                           { panic(todo) }
func (s *Semaphore) Release()                                                         { panic(todo) }
func (s *Semaphore) ReleaseN(n int)                                                   { panic(todo) }
func (s *Semaphore) Do(ctx context.Context, fn func(ctx context.Context) error) error { panic(todo) }
func (s *Semaphore) Resize(n int)                                                     { panic(todo) }
func (s *Semaphore) Close()                                                           { panic(todo) }
func (s *Semaphore) Locked() bool                                                     { panic(todo) }
func (s *Semaphore) Stats() Stats                                                     { panic(todo) }

type Stats struct{ Limit, Held, Available, Waiting int }

type Keyed[K comparable] struct{ _ [0]func(K) }

func NewKeyed[K comparable](n int) *Keyed[K]                 { panic(todo) }
func (k *Keyed[K]) Acquire(ctx context.Context, key K) error { panic(todo) }
func (k *Keyed[K]) TryAcquire(key K) bool                    { panic(todo) }
func (k *Keyed[K]) Release(key K)                            { panic(todo) }
func (k *Keyed[K]) Do(ctx context.Context, key K, fn func(ctx context.Context) error) error {
	panic(todo)
}
func (k *Keyed[K]) Len() int { panic(todo) }

type Lock struct{}

func (l *Lock) Lock(ctx context.Context) error                                   { panic(todo) }
func (l *Lock) TryLock() bool                                                    { panic(todo) }
func (l *Lock) Unlock()                                                          { panic(todo) }
func (l *Lock) Locked() bool                                                     { panic(todo) }
func (l *Lock) Do(ctx context.Context, fn func(ctx context.Context) error) error { panic(todo) }
func (l *Lock) Waiting() int                                                     { panic(todo) }

type RWLock struct{}

func (l *RWLock) Lock(ctx context.Context) error                                    { panic(todo) }
func (l *RWLock) TryLock() bool                                                     { panic(todo) }
func (l *RWLock) Unlock()                                                           { panic(todo) }
func (l *RWLock) RLock(ctx context.Context) error                                   { panic(todo) }
func (l *RWLock) TryRLock() bool                                                    { panic(todo) }
func (l *RWLock) RUnlock()                                                          { panic(todo) }
func (l *RWLock) Do(ctx context.Context, fn func(ctx context.Context) error) error  { panic(todo) }
func (l *RWLock) RDo(ctx context.Context, fn func(ctx context.Context) error) error { panic(todo) }
func (l *RWLock) Waiting() (writers, readers int)                                   { panic(todo) }

func Use[T any](ctx context.Context, l interface {
	Acquire(ctx context.Context) error
	Release()
}, fn func(ctx context.Context) (T, error)) (T, error) {
	panic(todo)
}

type Event struct{}

func (e *Event) Set()                           { panic(todo) }
func (e *Event) Clear()                         { panic(todo) }
func (e *Event) IsSet() bool                    { panic(todo) }
func (e *Event) Wait(ctx context.Context) error { panic(todo) }
func (e *Event) Done() <-chan struct{}          { panic(todo) }
func (e *Event) Waiting() int                   { panic(todo) }

type Cond struct{}

func NewCond(l *Lock) *Cond                                         { panic(todo) }
func (c *Cond) Wait(ctx context.Context) error                      { panic(todo) }
func (c *Cond) WaitFor(ctx context.Context, pred func() bool) error { panic(todo) }
func (c *Cond) Notify(n int)                                        { panic(todo) }
func (c *Cond) NotifyAll()                                          { panic(todo) }
func (c *Cond) Waiting() int                                        { panic(todo) }

type Barrier struct{}

func NewBarrier(parties int) *Barrier                    { panic(todo) }
func (b *Barrier) Wait(ctx context.Context) (int, error) { panic(todo) }
func (b *Barrier) Abort()                                { panic(todo) }
func (b *Barrier) Reset()                                { panic(todo) }
func (b *Barrier) Parties() int                          { panic(todo) }
func (b *Barrier) Waiting() int                          { panic(todo) }
func (b *Barrier) Broken() bool                          { panic(todo) }
