// Package taskgroup stands for the real one: its signatures.
package taskgroup

import (
	"context"
	"errors"
	"iter"
	"math"
	"os"
	"time"
)

const todo = "a stub"

type Func[T any] = func(ctx context.Context) (T, error)

type Awaitable interface {
	Done() <-chan struct{}
	Err() error
}

type Task[T any] struct{ _ [0]func(T) }

func Start[T any](ctx context.Context, fn Func[T], opts ...TaskOption) *Task[T] { panic(todo) }
func Go[T any](g *Group, fn Func[T], opts ...TaskOption) *Task[T]               { panic(todo) }

func (t *Task[T]) Done() <-chan struct{}                        { panic(todo) }
func (t *Task[T]) Err() error                                   { panic(todo) }
func (t *Task[T]) Result() (T, error)                           { panic(todo) }
func (t *Task[T]) Wait(ctx context.Context) (T, error)          { panic(todo) }
func (t *Task[T]) WaitOrCancel(ctx context.Context) (T, error)  { panic(todo) }
func (t *Task[T]) Cancel(cause error) bool                      { panic(todo) }
func (t *Task[T]) Cancelled() bool                              { panic(todo) }
func (t *Task[T]) Name() string                                 { panic(todo) }
func (t *Task[T]) OnDone(f func(*Task[T])) (remove func() bool) { panic(todo) }

func NoValue(fn func(ctx context.Context) error) Func[struct{}] { panic(todo) }

type TaskOption interface{ taskOption() }

func Named(name string) TaskOption { panic(todo) }
func Shielded() TaskOption         { panic(todo) }
func Weighted(n int) TaskOption    { panic(todo) }
func Daemon() TaskOption           { panic(todo) }

type Future[T any] struct{ _ [0]func(T) }

func NewFuture[T any]() *Future[T]                       { panic(todo) }
func (f *Future[T]) Resolve(v T) bool                    { panic(todo) }
func (f *Future[T]) Reject(err error) bool               { panic(todo) }
func (f *Future[T]) Done() <-chan struct{}               { panic(todo) }
func (f *Future[T]) Err() error                          { panic(todo) }
func (f *Future[T]) Result() (T, error)                  { panic(todo) }
func (f *Future[T]) Wait(ctx context.Context) (T, error) { panic(todo) }

type Group struct{}

func Run(ctx context.Context, main func(ctx context.Context, g *Group) error, opts ...Option) error {
	panic(todo)
}
func New(ctx context.Context, opts ...Option) *Group { panic(todo) }

func (g *Group) Go(fn func(ctx context.Context) error, opts ...TaskOption) bool { panic(todo) }
func (g *Group) Submit(ctx context.Context, fn func(ctx context.Context) error, opts ...TaskOption) error {
	panic(todo)
}
func (g *Group) TryGo(fn func(ctx context.Context) error, opts ...TaskOption) bool { panic(todo) }
func (g *Group) Wait() error                                                       { panic(todo) }
func (g *Group) Shutdown(ctx context.Context) error                                { panic(todo) }
func (g *Group) Cancel(cause error)                                                { panic(todo) }
func (g *Group) Stop()                                                             { panic(todo) }
func (g *Group) Context() context.Context                                          { panic(todo) }
func (g *Group) Running() int                                                      { panic(todo) }
func (g *Group) Tasks() []TaskInfo                                                 { panic(todo) }
func (g *Group) Waiting() int                                                      { panic(todo) }
func (g *Group) Limit() int                                                        { panic(todo) }
func (g *Group) SetLimit(n int)                                                    { panic(todo) }

func SubmitTask[T any](ctx context.Context, g *Group, fn Func[T], opts ...TaskOption) (*Task[T], error) {
	panic(todo)
}

func TryTask[T any](g *Group, fn Func[T], opts ...TaskOption) (*Task[T], error) { panic(todo) }
func GoReady[T any](ctx context.Context, g *Group, fn func(ctx context.Context, ready func(T)) error, opts ...TaskOption) (T, error) {
	panic(todo)
}

const NoLimit = -1

type Option interface{ groupOption() }

func WithLimit(n int) Option                                                        { panic(todo) }
func WithName(name string) Option                                                   { panic(todo) }
func WithKeepGoing() Option                                                         { panic(todo) }
func WithErrorHandler(h func(ctx context.Context, task TaskInfo, err error)) Option { panic(todo) }
func WithPanics(p PanicPolicy) Option                                               { panic(todo) }
func WithBacklog(m int) Option                                                      { panic(todo) }
func WithLimiter(l Limiter) Option                                                  { panic(todo) }
func WithSignals(sigs ...os.Signal) Option                                          { panic(todo) }
func WithGrace(d time.Duration) Option                                              { panic(todo) }

type Limiter interface {
	AcquireN(ctx context.Context, n int) error
	TryAcquireN(n int) bool
	ReleaseN(n int)
}

type PanicPolicy int

const (
	PanicPropagate PanicPolicy = iota
	PanicAsError
	PanicCrash
)

type TaskInfo struct {
	ID    uint64
	Name  string
	Group string
}

func Current(ctx context.Context) (TaskInfo, bool) { panic(todo) }

type Result[T any] struct {
	Index int
	Value T
	Err   error
}

func Gather[T any](ctx context.Context, fns ...Func[T]) ([]T, error) { panic(todo) }
func Gather2[A, B any](ctx context.Context, a Func[A], b Func[B]) (A, B, error) {
	panic(todo)
}
func Gather3[A, B, C any](ctx context.Context, a Func[A], b Func[B], c Func[C]) (A, B, C, error) {
	panic(todo)
}
func Settle[T any](ctx context.Context, fns ...Func[T]) []Result[T]      { panic(todo) }
func Race[T any](ctx context.Context, fns ...Func[T]) (T, error)         { panic(todo) }
func FirstSuccess[T any](ctx context.Context, fns ...Func[T]) (T, error) { panic(todo) }
func Staggered[T any](ctx context.Context, delay time.Duration, discard func(T), fns ...Func[T]) (T, error) {
	panic(todo)
}
func AsCompleted[T any](ctx context.Context, fns ...Func[T]) iter.Seq[Result[T]] { panic(todo) }

func Map[T, R any](ctx context.Context, limit int, items []T, fn func(ctx context.Context, item T) (R, error)) ([]R, error) {
	panic(todo)
}
func SettleMap[T, R any](ctx context.Context, limit int, items []T, fn func(ctx context.Context, item T) (R, error)) []Result[R] {
	panic(todo)
}
func MapSeq[T, R any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	panic(todo)
}
func MapUnordered[T, R any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	panic(todo)
}

func MapSource[T, R any](ctx context.Context, limit int, source func(ctx context.Context) iter.Seq2[T, error], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	panic(todo)
}
func MapSourceUnordered[T, R any](ctx context.Context, limit int, source func(ctx context.Context) iter.Seq2[T, error], fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	panic(todo)
}
func Consume[T any](ctx context.Context, workers int, source func(ctx context.Context) iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	panic(todo)
}
func ForEach[T any](ctx context.Context, limit int, items iter.Seq[T], fn func(ctx context.Context, item T) error) error {
	panic(todo)
}

type Until int

const (
	AllCompleted Until = iota
	FirstCompleted
	FirstError
)

func Wait[A Awaitable](ctx context.Context, until Until, tasks ...A) (done, pending []A, err error) {
	panic(todo)
}
func Completed[A Awaitable](ctx context.Context, tasks ...A) iter.Seq2[A, error] { panic(todo) }
func GatherTasks[T any](ctx context.Context, tasks ...*Task[T]) ([]T, error)     { panic(todo) }

type Set[A Awaitable] struct{ _ [0]func(A) }

func NewSet[A Awaitable](tasks ...A) *Set[A]          { panic(todo) }
func (s *Set[A]) Add(tasks ...A)                      { panic(todo) }
func (s *Set[A]) Next(ctx context.Context) (A, error) { panic(todo) }
func (s *Set[A]) Len() int                            { panic(todo) }

const NoTimeout = time.Duration(math.MaxInt64)

func Sleep(ctx context.Context, d time.Duration) error                           { panic(todo) }
func WaitFor[T any](ctx context.Context, d time.Duration, fn Func[T]) (T, error) { panic(todo) }
func MoveOnAfter(ctx context.Context, d time.Duration, fn func(ctx context.Context) error) (expired bool, err error) {
	panic(todo)
}

func Timeout(ctx context.Context, d time.Duration, fn func(ctx context.Context, t *Deadline) error) error {
	panic(todo)
}

type Deadline struct{}

func (t *Deadline) When() time.Time                 { panic(todo) }
func (t *Deadline) Extend(d time.Duration) error    { panic(todo) }
func (t *Deadline) Reschedule(when time.Time) error { panic(todo) }
func (t *Deadline) Expired() bool                   { panic(todo) }

func Shield[T any](ctx context.Context, grace time.Duration, fn Func[T]) (T, error) { panic(todo) }
func Blocking[T any](ctx context.Context, fn func() (T, error)) (T, error)          { panic(todo) }
func BlockingIn[T any](ctx context.Context, l Limiter, fn func() (T, error)) (T, error) {
	panic(todo)
}
func Interruptible[T any](ctx context.Context, interrupt func(), fn func() (T, error)) (T, error) {
	panic(todo)
}

type Shared[K comparable, V any] struct{ _ [0]func(K) V }

func (s *Shared[K, V]) Do(ctx context.Context, key K, fn Func[V]) (v V, shared bool, err error) {
	panic(todo)
}
func (s *Shared[K, V]) Forget(key K) { panic(todo) }

func Cancelled(err error) bool { panic(todo) }

var (
	ErrNotDone     = errors.New("taskgroup: not done")
	ErrNoTasks     = errors.New("taskgroup: no tasks")
	ErrGroupClosed = errors.New("taskgroup: group closed")
	ErrStopped     = errors.New("taskgroup: group stopped")
	ErrFull        = errors.New("taskgroup: group full")
	ErrTimeout     error
	ErrGoexit      = errors.New("taskgroup: task called runtime.Goexit")
	ErrSelfWait    = errors.New("taskgroup: task waits for itself")
	ErrNotReady    = errors.New("taskgroup: task ended before it was ready")
	ErrEnded       = errors.New("taskgroup: scope has ended")
	ErrMisuse      = errors.New("taskgroup: misuse")
)

type TaskError struct {
	Index int
	Name  string
	Err   error
}

func (e *TaskError) Error() string { panic(todo) }
func (e *TaskError) Unwrap() error { panic(todo) }

type GroupError struct {
	Cause  error
	Errors []*TaskError
}

func (e *GroupError) Error() string   { panic(todo) }
func (e *GroupError) Unwrap() []error { panic(todo) }

type PanicError struct {
	Value  any
	Stack  []byte
	Task   TaskInfo
	Others error
}

func (e *PanicError) Error() string   { panic(todo) }
func (e *PanicError) Unwrap() []error { panic(todo) }

type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { panic(todo) }

type LateError struct {
	Tasks []TaskInfo
	Cause error
}

func (e *LateError) Error() string { panic(todo) }
func (e *LateError) Unwrap() error { panic(todo) }
