// Bounded-semaphore limits a pool of two connections that five queries share.
//
// It mirrors asyncio.BoundedSemaphore; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

type pool struct {
	slots *semaphore.Semaphore
	mu    sync.Mutex // tasks run in parallel
	idle  []string
}

// with is what the context manager is in Python: Do releases the slot however fn
// ends.
func (p *pool) with(ctx context.Context, fn func(ctx context.Context, connection string) error) error {
	return p.slots.Do(ctx, func(ctx context.Context) error {
		connection := p.take()
		defer p.put(connection)
		return fn(ctx, connection)
	})
}

func (p *pool) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	connection := p.idle[0]
	p.idle = p.idle[1:]
	return connection
}

func (p *pool) put(connection string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, connection)
}

func (p *pool) query(ctx context.Context, number int) (row int, err error) {
	err = p.with(ctx, func(ctx context.Context, _ string) error {
		row = number * number
		return taskgroup.Sleep(ctx, 10*time.Millisecond)
	})
	return row, err
}

func main() {
	p := &pool{slots: semaphore.New(2), idle: []string{"red", "blue"}}
	rows, err := taskgroup.Map(context.Background(), taskgroup.NoLimit, []int{1, 2, 3, 4, 5}, p.query)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		fmt.Println("row", row)
	}
	fmt.Println(len(p.idle), "connections idle")

	// Bounded: what was never acquired cannot be released. That is a bug in the
	// program, so it panics; nothing but an example would recover it.
	defer func() {
		if err, ok := recover().(error); ok && errors.Is(err, semaphore.ErrOverRelease) {
			fmt.Println("released too often")
		}
	}()
	p.slots.Release()
}
