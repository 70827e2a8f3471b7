// Rwlock is held by many readers at the same time, or by one writer.
//
// asyncio has no such lock, the package aiorwlock has; main.py builds one from
// asyncio.Condition.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// Its lock is for what is held over a wait. Where nothing waits, a
// [sync.RWMutex] is enough. It is fair: a reader that comes behind a waiting
// writer waits, so a task that reads must not lock for reading again.
type price struct {
	lock       semaphore.RWLock
	net, gross int
}

func (p *price) read(ctx context.Context, wait func(ctx context.Context) error) error {
	return p.lock.RDo(ctx, func(ctx context.Context) error {
		net := p.net
		if err := wait(ctx); err != nil {
			return err
		}
		if p.gross != 2*net {
			return errors.New("half a change")
		}
		return nil
	})
}

func (p *price) double(ctx context.Context) error {
	return p.lock.Do(ctx, func(context.Context) error {
		p.net *= 2
		time.Sleep(time.Millisecond) // Sleep, when canceled, would leave half a change
		p.gross *= 2
		return nil
	})
}

func main() {
	ctx := context.Background()
	p := &price{net: 1, gross: 2}
	both := semaphore.NewBarrier(2)
	meet := taskgroup.NoValue(func(ctx context.Context) error {
		return p.read(ctx, func(ctx context.Context) error {
			_, err := both.Wait(ctx)
			return err
		})
	})
	if _, err := taskgroup.Gather(ctx, meet, meet); err != nil {
		log.Fatal(err)
	}
	fmt.Println("two readers at once")

	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for range 5 {
			g.Go(func(ctx context.Context) error {
				return p.read(ctx, func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Millisecond) })
			})
			g.Go(p.double)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("net", p.net, "gross", p.gross)
}
