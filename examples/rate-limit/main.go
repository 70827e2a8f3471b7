// Rate-limit makes so many requests in a time and no more, with package
// golang.org/x/time/rate.
//
// It mirrors a limiter written by hand, as asyncio has none; main.py is that.
//
// This file imports golang.org/x/time/rate, which asyncgo does not require, so
// the folder is a module of its own. A copy needs:
//
//	go get golang.org/x/time/rate
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"golang.org/x/time/rate"

	"example.com/asyncgo/taskgroup"
)

// perTime is a limiter for groups. It bounds how often tasks begin, not how many
// run at once.
type perTime struct{ *rate.Limiter }

func (l perTime) AcquireN(ctx context.Context, n int) error { return l.WaitN(ctx, n) }
func (l perTime) TryAcquireN(n int) bool                    { return l.AllowN(time.Now(), n) }
func (l perTime) ReleaseN(int)                              {} // time does that

func run(ctx context.Context) error {
	limiter := rate.NewLimiter(rate.Every(10*time.Millisecond), 3)
	start := time.Now()
	squares, err := taskgroup.Map(ctx, taskgroup.NoLimit, []int{1, 2, 3, 4}, func(ctx context.Context, number int) (int, error) {
		// If ctx has a deadline and the turn would come later, Wait fails at once,
		// with an error that is not that of ctx.
		if err := limiter.Wait(ctx); err != nil {
			return 0, err
		}
		return number * number, nil
	})
	if err != nil {
		return err
	}

	// Tasks of a group, or of several, that begin at that rate.
	var tasks []*taskgroup.Task[int]
	err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for number := 5; number <= 8; number++ {
			tasks = append(tasks, taskgroup.Go(g, func(context.Context) (int, error) { return number * number, nil }))
		}
		return nil
	}, taskgroup.WithLimiter(perTime{limiter}))
	if err != nil {
		return err
	}
	for _, task := range tasks {
		square, err := task.Result()
		if err != nil {
			return err
		}
		squares = append(squares, square)
	}
	for _, square := range squares {
		fmt.Println(square)
	}
	if time.Since(start) > 45*time.Millisecond {
		fmt.Println("three at once, the other five 10 ms apart")
	}
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
