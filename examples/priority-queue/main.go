// Priority-queue returns the most urgent item first.
//
// It mirrors asyncio.PriorityQueue; main.py is the original.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/asyncgo/queue"
)

type patient struct {
	urgency int
	name    string
}

// byUrgency alone is the order: nothing else has to be comparable, and equal
// ones come out as they came in.
func byUrgency(a, b patient) int { return cmp.Compare(a.urgency, b.urgency) }

func nurse(ctx context.Context, q *queue.Queue[patient]) error {
	for _, p := range []patient{{2, "Ann"}, {3, "Bob"}, {1, "Cem"}, {2, "Dot"}} {
		if err := q.Put(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func doctor(q *queue.Queue[patient]) error {
	for {
		// With several doctors, to look at the length first would be a race.
		p, err := q.TryGet()
		if errors.Is(err, queue.ErrEmpty) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s, urgency %d\n", p.name, p.urgency)
	}
}

func main() {
	q := queue.NewPriority(0, byUrgency)
	if err := nurse(context.Background(), q); err != nil {
		log.Fatal(err)
	}
	if err := doctor(q); err != nil {
		log.Fatal(err)
	}
}
