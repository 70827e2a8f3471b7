// Package queue stands for the real one: its signatures.
package queue

import (
	"context"
	"errors"
	"iter"
	"time"
)

const todo = "a stub"

var (
	ErrEmpty    = errors.New("queue: empty")
	ErrFull     = errors.New("queue: full")
	ErrShutdown = errors.New("queue: shut down")
	ErrTaskDone = errors.New("queue: TaskDone called more often than Put")
	ErrMisuse   = errors.New("queue: misuse")
)

type Queue[T any] struct{ _ [0]func(T) }

func New[T any](maxsize int) *Queue[T]                                   { panic(todo) }
func NewLIFO[T any](maxsize int) *Queue[T]                               { panic(todo) }
func NewPriority[T any](maxsize int, compare func(a, b T) int) *Queue[T] { panic(todo) }

func (q *Queue[T]) Put(ctx context.Context, v T) error                       { panic(todo) }
func (q *Queue[T]) TryPut(v T) error                                         { panic(todo) }
func (q *Queue[T]) Get(ctx context.Context) (T, error)                       { panic(todo) }
func (q *Queue[T]) TryGet() (T, error)                                       { panic(todo) }
func (q *Queue[T]) GetBatch(ctx context.Context, buf []T) (n int, err error) { panic(todo) }
func (q *Queue[T]) Items(ctx context.Context) iter.Seq[T]                    { panic(todo) }
func (q *Queue[T]) All(ctx context.Context) iter.Seq2[T, error]              { panic(todo) }
func (q *Queue[T]) GetBatchWithin(ctx context.Context, d time.Duration, buf []T) (n int, err error) {
	panic(todo)
}
func (q *Queue[T]) TaskDone()                      { panic(todo) }
func (q *Queue[T]) Join(ctx context.Context) error { panic(todo) }
func (q *Queue[T]) Shutdown()                      { panic(todo) }
func (q *Queue[T]) ShutdownNow() []T               { panic(todo) }
func (q *Queue[T]) Len() int                       { panic(todo) }
func (q *Queue[T]) Cap() int                       { panic(todo) }
func (q *Queue[T]) Unfinished() int                { panic(todo) }
func (q *Queue[T]) Waiting() (puts, gets int)      { panic(todo) }
