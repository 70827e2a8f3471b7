// Condition waits until shared state is as needed.
//
// It mirrors asyncio.Condition; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

type shop struct {
	lock  semaphore.Lock
	baked *semaphore.Cond // of lock
	shelf []int
}

func newShop() *shop {
	s := &shop{}
	s.baked = semaphore.NewCond(&s.lock)
	return s
}

func (s *shop) baker(ctx context.Context) error {
	for loaf := 1; loaf < 5; loaf++ {
		if err := taskgroup.Sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
		err := s.lock.Do(ctx, func(context.Context) error {
			s.shelf = append(s.shelf, loaf)
			s.baked.NotifyAll()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) customer(ctx context.Context) error {
	return s.lock.Do(ctx, func(ctx context.Context) error {
		// WaitFor returns holding the lock, also with an error.
		if err := s.baked.WaitFor(ctx, func() bool { return len(s.shelf) >= 2 }); err != nil {
			return err
		}
		fmt.Println("took loaves", s.shelf[0], "and", s.shelf[1])
		s.shelf = s.shelf[2:]
		return nil
	})
}

func main() {
	s := newShop()
	err := taskgroup.Run(context.Background(), func(ctx context.Context, g *taskgroup.Group) error {
		g.Go(s.baker)
		if err := s.customer(ctx); err != nil {
			return err
		}
		return s.customer(ctx)
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(s.shelf), "loaves left")
}
