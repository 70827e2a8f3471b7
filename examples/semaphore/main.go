// Semaphore fetches ten pages, of which no more than three are on the way at any
// time.
//
// It mirrors asyncio.Semaphore; main.py is the original.
package main

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// Tasks run in parallel here, so the counters need a lock.
type server struct {
	mu         sync.Mutex
	busy, peak int
}

func (s *server) enter(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy += n
	s.peak = max(s.peak, s.busy)
}

func (s *server) get(ctx context.Context, page int) (string, error) {
	s.enter(+1)
	defer s.enter(-1)
	if err := taskgroup.Sleep(ctx, 20*time.Millisecond); err != nil {
		return "", err
	}
	return fmt.Sprintf("page %d", page), nil
}

func limitedFetch(ctx context.Context, limit *semaphore.Semaphore, s *server, page int) (string, error) {
	if err := limit.Acquire(ctx); err != nil {
		return "", err
	}
	defer limit.Release()
	return s.get(ctx, page)
}

func main() {
	// Unlike asyncio.Semaphore, one of New panics if it is released too often. For
	// one of NewCounting, Release raises the count.
	limit := semaphore.New(3)
	var s server
	fetches := make([]taskgroup.Func[string], 10)
	for i := range fetches {
		fetches[i] = func(ctx context.Context) (string, error) { return limitedFetch(ctx, limit, &s, i+1) }
	}
	pages, err := taskgroup.Gather(context.Background(), fetches...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d pages, from %s to %s\n", len(pages), pages[0], pages[len(pages)-1])
	fmt.Printf("at most %d at once\n", s.peak)
}
