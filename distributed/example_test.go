package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/taskgroup"
)

// open returns a client with a server of its own, and what closes both.
func open() (*distributed.Client, func()) {
	ctx := context.Background()
	c, err := embedded.Open(ctx, distributed.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	return c, func() { _ = c.Close(ctx) }
}

// jobs opens a queue with some items.
func jobs(c *distributed.Client, items ...string) *distributed.Queue[string] {
	ctx := context.Background()
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{})
	if err != nil {
		panic(err)
	}
	if _, err := q.PutBatch(ctx, items); err != nil {
		panic(err)
	}
	return q
}

func Example() {
	ctx := context.Background()
	c, err := embedded.Open(ctx, distributed.Config{}) // no set-up, no port
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = c.Close(ctx) }()

	served, stop := context.WithCancel(ctx) // a worker, in this process or another
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = distributed.Serve(served, c, 8, distributed.Handle("upper", func(_ context.Context, s string) (string, error) {
			return strings.ToUpper(s), nil
		}))
	}()

	upper := distributed.Func[string, string](c, "upper")
	words, err := taskgroup.Map(ctx, 100, []string{"sun", "moon", "stars"}, upper)
	fmt.Println(words, err)
	stop()
	<-done
	// Output: [SUN MOON STARS] <nil>
}

func ExampleConnect() {
	ctx := context.Background()
	server, err := embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0", Token: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close(ctx) }()

	c, err := distributed.Connect(ctx, server.URL(), distributed.Config{Token: "secret"})
	fmt.Println(err)
	fmt.Println(c.Close(ctx))
	// Output:
	// <nil>
	// <nil>
}

func ExampleClient_Close() {
	c, _ := open()
	q := jobs(c, "a")
	it, _ := q.Get(context.Background())
	fmt.Println(c.Close(context.Background()))
	fmt.Println(context.Cause(it.Context())) // it has been given back
	_, err := q.Get(context.Background())
	fmt.Println(err)
	// Output:
	// <nil>
	// distributed: client closed
	// distributed: queue jobs: Get: client closed
}

func ExampleFunc() {
	c, closeAll := open()
	defer closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := distributed.Func[int, int](c, "double")(ctx, 21)
	fmt.Println(err)
	// Output: distributed: function double (no worker has answered yet): context deadline exceeded
}

func ExampleMemo() {
	c, closeAll := open()
	defer closeAll()
	ran := 0
	go func() {
		_ = distributed.Serve(context.Background(), c, 1, distributed.Handle("square", func(_ context.Context, n int) (int, error) {
			ran++
			return n * n, nil
		}))
	}()
	square := distributed.Memo[int, int](c, "square", time.Minute, func(n int) string { return fmt.Sprint(n) })
	for range 3 {
		fmt.Println(square(context.Background(), 7))
	}
	fmt.Println("ran", ran)
	// Output:
	// 49 <nil>
	// 49 <nil>
	// 49 <nil>
	// ran 1
}

func ExampleServe() {
	c, closeAll := open()
	defer closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	double := func(_ context.Context, n int) (int, error) { return 2 * n, nil }
	err := distributed.Serve(ctx, c, 8, distributed.Handle("double", double))
	fmt.Println(err)
	// Output: distributed: Serve: context deadline exceeded
}

func ExampleHandle() {
	c, closeAll := open()
	defer closeAll()
	hello := distributed.Handle("hello", func(_ context.Context, name string) (string, error) { return "hello, " + name, nil })
	go func() { _ = distributed.Serve(context.Background(), c, 1, hello) }()
	fmt.Println(distributed.Func[string, string](c, "hello")(context.Background(), "moon"))
	// Output: hello, moon <nil>
}

// noRowsError is an error that is known on both sides by its code.
type noRowsError struct{}

func (noRowsError) Error() string { return "no rows" }
func (noRowsError) Code() string  { return "example.no-rows" }

func ExampleRemoteError() {
	c, closeAll := open()
	defer closeAll()
	find := distributed.Handle("find", func(context.Context, int) (string, error) { return "", fmt.Errorf("user 7: %w", noRowsError{}) })
	go func() { _ = distributed.Serve(context.Background(), c, 1, find) }()
	_, err := distributed.Func[int, string](c, "find")(context.Background(), 7)
	var remote *distributed.RemoteError
	fmt.Println(errors.As(err, &remote), remote.Func, remote.Attempt, remote.Text)
	fmt.Println(errors.Is(err, noRowsError{}))
	// Output:
	// true find 1 user 7: no rows
	// true
}

func ExampleRemoteError_Error() {
	err := &distributed.RemoteError{Func: "find", Worker: "host/123", Text: "no rows"}
	fmt.Println(err)
	// Output: distributed: find on host/123: no rows
}

func ExampleRemoteError_Is() {
	var err error = &distributed.RemoteError{Code: "example.no-rows"}
	fmt.Println(errors.Is(err, noRowsError{}))
	// Output: true
}

func ExampleOpenQueue() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{MaxSize: 100, Key: func(s string) string { return s }})
	fmt.Println(err)
	fmt.Println(q.Put(ctx, "a"), q.Put(ctx, "a")) // the same key is stored once
	fmt.Println(q.Unfinished(ctx))
	_, err = distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{MaxSize: 7})
	fmt.Println(errors.Is(err, distributed.ErrMismatch))
	// Output:
	// <nil>
	// <nil> <nil>
	// 1 <nil>
	// true
}

func ExampleQueue_Put() {
	c, closeAll := open()
	defer closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	q, _ := distributed.OpenQueue(ctx, c, "small", distributed.QueueConfig[int]{MaxSize: 1})
	fmt.Println(q.Put(ctx, 1))
	fmt.Println(q.Put(ctx, 2))
	// Output:
	// <nil>
	// distributed: queue small: Put (full): context deadline exceeded
}

func ExampleQueue_TryPut() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q, _ := distributed.OpenQueue(ctx, c, "small", distributed.QueueConfig[int]{MaxSize: 1})
	fmt.Println(q.TryPut(ctx, 1))
	fmt.Println(q.TryPut(ctx, 2))
	// Output:
	// <nil>
	// distributed: queue small: TryPut: full
}

func ExampleQueue_PutAfter() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c)
	began := time.Now()
	_ = q.PutAfter(ctx, 100*time.Millisecond, "later")
	it, _ := q.Get(ctx)
	fmt.Println(it.Value, time.Since(began) >= 100*time.Millisecond)
	// Output: later true
}

func ExampleQueue_PutBatch() {
	c, closeAll := open()
	defer closeAll()
	fmt.Println(jobs(c).PutBatch(context.Background(), []string{"a", "b", "c"}))
	// Output: 3 <nil>
}

func ExampleQueue_Get() {
	c, closeAll := open()
	defer closeAll()
	it, err := jobs(c, "a").Get(context.Background())
	fmt.Println(it.Value, it.Attempt, err)
	// Output: a 1 <nil>
}

func ExampleQueue_Items() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a", "b", "c")
	_ = q.Shutdown(ctx)
	err := taskgroup.Consume(ctx, 1, q.Items, func(ctx context.Context, it *distributed.Item[string]) error {
		return it.Do(ctx, func(context.Context) error {
			fmt.Println(it.Value)
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// a
	// b
	// c
	// <nil>
}

func ExampleQueue_Unfinished() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a", "b")
	_, _ = q.Get(ctx) // what is held counts
	fmt.Println(q.Unfinished(ctx))
	// Output: 2 <nil>
}

func ExampleQueue_Join() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a")
	go func() {
		it, _ := q.Get(ctx)
		_ = it.Done()
	}()
	fmt.Println(q.Join(ctx))
	// Output: <nil>
}

func ExampleQueue_Shutdown() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c)
	fmt.Println(q.Shutdown(ctx))
	fmt.Println(q.Put(ctx, "late"))
	_, err := q.Get(ctx)
	fmt.Println(err)
	// Output:
	// <nil>
	// distributed: queue jobs: Put: shut down
	// distributed: queue jobs: Get: shut down
}

func ExampleQueue_ShutdownNow() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a", "b")
	fmt.Println(q.ShutdownNow(ctx))
	fmt.Println(q.Unfinished(ctx))
	// Output:
	// <nil>
	// 0 <nil>
}

func ExampleQueue_DeadLetters() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a")
	it, _ := q.Get(ctx)
	_ = it.Fail(errors.New("no such file"))
	letter, _ := q.DeadLetters().Get(ctx)
	fmt.Println(letter.Value, letter.Reason)
	fmt.Println(letter.Retry(0)) // back into the queue
	fmt.Println(q.Unfinished(ctx))
	// Output:
	// a no such file
	// <nil>
	// 1 <nil>
}

func ExampleItem_Context() {
	c, closeAll := open()
	defer closeAll()
	it, _ := jobs(c, "a").Get(context.Background())
	fmt.Println(it.Context().Err())
	_ = it.Done()
	fmt.Println(it.Context().Err())
	// Output:
	// <nil>
	// context canceled
}

func ExampleItem_Done() {
	c, closeAll := open()
	defer closeAll()
	it, _ := jobs(c, "a").Get(context.Background())
	defer func() { _ = it.Retry(0) }() // does nothing after Done
	fmt.Println(it.Done())
	// Output: <nil>
}

func ExampleItem_Retry() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a")
	it, _ := q.Get(ctx)
	fmt.Println(it.Retry(10 * time.Millisecond))
	it, _ = q.Get(ctx)
	fmt.Println(it.Value, it.Attempt)
	// Output:
	// <nil>
	// a 2
}

func ExampleItem_Fail() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c, "a")
	it, _ := q.Get(ctx)
	fmt.Println(it.Fail(errors.New("broken")))
	fmt.Println(q.DeadLetters().Unfinished(ctx))
	// Output:
	// <nil>
	// 1 <nil>
}

func ExampleItem_Do() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q, _ := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{Backoff: func(int) time.Duration { return 0 }})
	_ = q.Put(ctx, "a")
	for range 2 {
		it, _ := q.Get(ctx)
		fmt.Println(it.Do(ctx, func(context.Context) error {
			fmt.Println("attempt", it.Attempt)
			if it.Attempt == 1 {
				return errors.New("try again")
			}
			return nil
		}))
	}
	fmt.Println(q.Unfinished(ctx))
	// Output:
	// attempt 1
	// <nil>
	// attempt 2
	// <nil>
	// 0 <nil>
}

func ExampleOpenSemaphore() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	db, err := distributed.OpenSemaphore(ctx, c, "db", 5)
	fmt.Println(err)
	_ = db
	_, err = distributed.OpenSemaphore(ctx, c, "db", 6)
	fmt.Println(err)
	// Output:
	// <nil>
	// distributed: semaphore db: Open: exists with other settings: it has 5 permits; wanted 6
}

// lock opens a semaphore of one.
func lock(c *distributed.Client) *distributed.Semaphore {
	s, err := distributed.OpenSemaphore(context.Background(), c, "db", 1)
	if err != nil {
		panic(err)
	}
	return s
}

func ExampleSemaphore_Acquire() {
	c, closeAll := open()
	defer closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	s := lock(c)
	p, err := s.Acquire(ctx)
	fmt.Println(p.Slot(), p.Token(), err)
	_, err = s.Acquire(ctx)
	fmt.Println(err)
	fmt.Println(p.Release())
	// Output:
	// 0 1 <nil>
	// distributed: semaphore db: Acquire (waiting for other holders): context deadline exceeded
	// <nil>
}

func ExampleSemaphore_TryAcquire() {
	c, closeAll := open()
	defer closeAll()
	s := lock(c)
	_, err := s.TryAcquire(context.Background())
	fmt.Println(err)
	_, err = s.TryAcquire(context.Background())
	fmt.Println(err)
	// Output:
	// <nil>
	// distributed: semaphore db: TryAcquire: full
}

func ExampleSemaphore_Do() {
	c, closeAll := open()
	defer closeAll()
	fmt.Println(lock(c).Do(context.Background(), func(context.Context) error {
		fmt.Println("alone in all processes")
		return nil
	}))
	// Output:
	// alone in all processes
	// <nil>
}

func ExampleSemaphore_Limiter() {
	c, closeAll := open()
	defer closeAll()
	ctx, limit := lock(c).Limiter(context.Background())
	g := taskgroup.New(ctx, taskgroup.WithLimiter(limit))
	sum := 0
	for i := range 5 {
		g.Go(func(context.Context) error {
			sum += i // one at a time
			return nil
		})
	}
	fmt.Println(g.Wait(), sum)
	// Output: <nil> 10
}

func ExamplePermit_Context() {
	c, closeAll := open()
	defer closeAll()
	p, _ := lock(c).Acquire(context.Background())
	fmt.Println(p.Context().Err())
	_ = p.Release()
	fmt.Println(p.Context().Err())
	// Output:
	// <nil>
	// context canceled
}

func ExamplePermit_Token() {
	c, closeAll := open()
	defer closeAll()
	s := lock(c)
	for range 3 {
		p, _ := s.Acquire(context.Background())
		fmt.Println(p.Token())
		_ = p.Release()
	}
	// Output:
	// 1
	// 2
	// 3
}

func ExamplePermit_Slot() {
	c, closeAll := open()
	defer closeAll()
	s, _ := distributed.OpenSemaphore(context.Background(), c, "gpus", 2)
	a, _ := s.Acquire(context.Background())
	b, _ := s.Acquire(context.Background())
	fmt.Println(a.Slot(), b.Slot())
	// Output: 0 1
}

func ExamplePermit_Release() {
	c, closeAll := open()
	defer closeAll()
	p, _ := lock(c).Acquire(context.Background())
	fmt.Println(p.Release(), p.Release())
	// Output: <nil> <nil>
}

// answer opens a variable.
func answer(c *distributed.Client) *distributed.Variable[int] {
	v, err := distributed.OpenVariable[int](context.Background(), c, "answer")
	if err != nil {
		panic(err)
	}
	return v
}

func ExampleOpenVariable() {
	c, closeAll := open()
	defer closeAll()
	v, err := distributed.OpenVariable[int](context.Background(), c, "answer")
	fmt.Println(v != nil, err)
	// Output: true <nil>
}

func ExampleVariable_Get() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	v := answer(c)
	go func() { _ = v.Set(ctx, 42) }()
	fmt.Println(v.Get(ctx)) // waits until it is set
	// Output: 42 <nil>
}

func ExampleVariable_Set() {
	c, closeAll := open()
	defer closeAll()
	fmt.Println(answer(c).Set(context.Background(), 42))
	// Output: <nil>
}

func ExampleVariable_Clear() {
	c, closeAll := open()
	defer closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	v := answer(c)
	_ = v.Set(ctx, 42)
	fmt.Println(v.Clear(ctx))
	_, err := v.Get(ctx)
	fmt.Println(err)
	// Output:
	// <nil>
	// distributed: variable answer: Get (not set): context deadline exceeded
}

func ExampleVariable_Update() {
	c, closeAll := open()
	defer closeAll()
	v := answer(c)
	for range 3 {
		fmt.Println(v.Update(context.Background(), func(old int, set bool) (int, error) {
			if !set {
				return 40, nil
			}
			return old + 1, nil
		}))
	}
	// Output:
	// 40 <nil>
	// 41 <nil>
	// 42 <nil>
}

func ExampleVariable_Changes() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	v := answer(c)
	_ = v.Set(ctx, 1)
	for n := range v.Changes(ctx) {
		fmt.Println(n)
		if n == 3 {
			break
		}
		_ = v.Set(ctx, n+1)
	}
	// Output:
	// 1
	// 2
	// 3
}

func ExampleQueue_Put_manyProducers() {
	c, closeAll := open()
	defer closeAll()
	ctx := context.Background()
	q := jobs(c)
	err := taskgroup.ForEach(ctx, 64, slices.Values([]string{"a", "b", "c"}), q.Put)
	fmt.Println(err)
	fmt.Println(q.Unfinished(ctx))
	// Output:
	// <nil>
	// 3 <nil>
}
