package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/asyncgo/taskgroup"
)

func ExampleStart() {
	ctx := context.Background()
	answer := taskgroup.Start(ctx, func(context.Context) (int, error) {
		return 6 * 7, nil
	})
	// Meanwhile, something else.
	fmt.Println(answer.Wait(ctx))
	// Output: 42 <nil>
}

// A task that the context does not even let begin.
func ExampleStart_canceled() {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("shutting down"))

	task := taskgroup.Start(ctx, func(context.Context) (int, error) {
		fmt.Println("never called")
		return 0, nil
	})
	fmt.Println(task.Err())
	// Output: context canceled: shutting down
}

func ExampleGo() {
	ctx := context.Background()
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		length := taskgroup.Go(g, func(context.Context) (int, error) { return len("gopher"), nil })
		sum := taskgroup.Go(g, func(context.Context) (float64, error) { return 0.5 + 0.25, nil })

		n, err := length.Wait(ctx)
		if err != nil {
			return err
		}
		x, err := sum.Wait(ctx)
		if err != nil {
			return err
		}
		fmt.Println(n, x)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 6 0.75
	// <nil>
}

func ExampleNoValue() {
	ctx := context.Background()
	ping := func(context.Context) error { return errors.New("no answer") }
	task := taskgroup.Start(ctx, taskgroup.NoValue(ping))
	_, err := task.Wait(ctx)
	fmt.Println(err)
	// Output: no answer
}

// A task that has completed returns its result whatever the context says.
func ExampleTask_Wait() {
	task := taskgroup.Start(context.Background(), func(context.Context) (string, error) {
		return "done", nil
	})
	fmt.Println(task.Wait(context.Background()))

	gone, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(task.Wait(gone))
	// Output:
	// done <nil>
	// done <nil>
}

// To give up the waiting does not end the task.
func ExampleTask_Wait_givesUp() {
	finish := make(chan struct{})
	task := taskgroup.Start(context.Background(), func(context.Context) (string, error) {
		<-finish
		return "done", nil
	}, taskgroup.Named("report"))

	hasty, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := task.Wait(hasty)
	fmt.Println(err)

	close(finish)
	fmt.Println(task.Wait(context.Background()))
	// Output:
	// taskgroup: Wait for task "report": context deadline exceeded
	// done <nil>
}

// WaitOrCancel takes the task along, and waits until it has cleaned up.
func ExampleTask_WaitOrCancel() {
	begun := make(chan struct{})
	task := taskgroup.Start(context.Background(), func(ctx context.Context) (string, error) {
		close(begun)
		<-ctx.Done()
		fmt.Println("cleaning up:", context.Cause(ctx))
		return "", ctx.Err()
	}, taskgroup.Named("export"))
	<-begun

	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Millisecond, func() { cancel(errors.New("user left")) })
	_, err := task.WaitOrCancel(ctx)
	fmt.Println(err)
	// Output:
	// cleaning up: user left
	// taskgroup: Wait for task "export": context canceled: user left
}

func ExampleTask_Cancel() {
	begun := make(chan struct{})
	task := taskgroup.Start(context.Background(), func(ctx context.Context) (int, error) {
		close(begun)
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
	<-begun
	fmt.Println(task.Cancel(errors.New("not needed any more")))
	fmt.Println(task.Cancel(errors.New("too late")))
	_, err := task.Wait(context.Background())
	fmt.Println(err)
	// Output:
	// true
	// false
	// not needed any more
}

// Cancelled tells a task that gave in from one that failed or succeeded.
func ExampleTask_Cancelled() {
	end := func(result func(ctx context.Context) (int, error)) bool {
		begun := make(chan struct{})
		task := taskgroup.Start(context.Background(), func(ctx context.Context) (int, error) {
			close(begun)
			<-ctx.Done()
			return result(ctx)
		})
		<-begun
		task.Cancel(nil)
		<-task.Done()
		return task.Cancelled()
	}
	fmt.Println(end(func(ctx context.Context) (int, error) { return 0, fmt.Errorf("interrupted: %w", ctx.Err()) }))
	fmt.Println(end(func(context.Context) (int, error) { return 0, errors.New("clean-up failed") }))
	fmt.Println(end(func(context.Context) (int, error) { return 42, nil }))
	// Output:
	// true
	// false
	// false
}

// Done is for select.
func ExampleTask_Done() {
	task := taskgroup.Start(context.Background(), func(context.Context) (int, error) { return 42, nil })
	select {
	case <-task.Done():
		fmt.Println(task.Result())
	case <-time.After(time.Minute):
		fmt.Println("still busy")
	}
	// Output: 42 <nil>
}

func ExampleTask_Result() {
	finish := make(chan struct{})
	task := taskgroup.Start(context.Background(), func(context.Context) (int, error) {
		<-finish
		return 42, nil
	})
	fmt.Println(task.Result())
	close(finish)
	<-task.Done()
	fmt.Println(task.Result())
	// Output:
	// 0 taskgroup: not done
	// 42 <nil>
}

func ExampleTask_Err() {
	task := taskgroup.Start(context.Background(), func(context.Context) (int, error) {
		return 0, errors.New("no route to host")
	})
	<-task.Done()
	fmt.Println(task.Err())
	// Output: no route to host
}

func ExampleTask_Name() {
	task := taskgroup.Start(context.Background(), func(context.Context) (int, error) { return 0, nil }, taskgroup.Named("fetch"))
	fmt.Println(task.Name())
	// Output: fetch
}

func ExampleTask_OnDone() {
	finish := make(chan struct{})
	task := taskgroup.Start(context.Background(), func(context.Context) (int, error) {
		<-finish
		return 42, nil
	})

	told := make(chan struct{})
	task.OnDone(func(t *taskgroup.Task[int]) {
		fmt.Println(t.Result())
		close(told)
	})
	remove := task.OnDone(func(*taskgroup.Task[int]) { fmt.Println("never called") })
	fmt.Println(remove())

	close(finish)
	<-told
	// Output:
	// true
	// 42 <nil>
}

func ExampleNamed() {
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(context.Context) error { return errors.New("no route to host") }, taskgroup.Named("fetch"))
		return nil
	})
	fmt.Println(err)
	// Output: taskgroup: task 0 (fetch): no route to host
}

// What must be finished is finished, and Run waits for it.
func ExampleShielded() {
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		begun := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			close(begun)
			time.Sleep(time.Millisecond)
			fmt.Println("saved:", ctx.Err())
			return nil
		}, taskgroup.Shielded())
		<-begun
		return errors.New("main failed")
	})
	fmt.Println(err)
	// Output:
	// saved: <nil>
	// taskgroup: main: main failed
}

// Of a limit of 4, a task takes 3: only one more small one runs beside it.
func ExampleWeighted() {
	finish := make(chan struct{})
	err := taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		wait := func(context.Context) error { <-finish; return nil }
		fmt.Println(g.TryGo(wait, taskgroup.Weighted(3)))
		fmt.Println(g.TryGo(wait, taskgroup.Weighted(2)))
		fmt.Println(g.TryGo(wait))
		close(finish)
		return nil
	}, taskgroup.WithLimit(4))
	fmt.Println(err)
	// Output:
	// true
	// false
	// true
	// <nil>
}

// A function deep down can say on whose behalf it works.
func ExampleCurrent() {
	log := func(ctx context.Context, text string) {
		if task, ok := taskgroup.Current(ctx); ok {
			text = task.Group + "/" + task.Name + ": " + text
		}
		fmt.Println(text)
	}
	log(context.Background(), "starting")
	_ = taskgroup.Run(context.Background(), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { log(ctx, "working"); return nil }, taskgroup.Named("indexer"))
		return nil
	}, taskgroup.WithName("nightly"))
	// Output:
	// starting
	// nightly/indexer: working
}
