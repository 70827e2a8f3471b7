package traps_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/panjf2000/ants/v2"
	xsemaphore "golang.org/x/sync/semaphore"

	"example.com/asyncgo/semaphore"
)

var permits = []trap{
	{
		"P-60", "a context that is done takes no permit, even if one is free",
		map[string]func() string{
			ours: func() string {
				ctx, cancel := context.WithCancel(background())
				cancel()
				s := semaphore.New(1)
				return expect(s.Acquire(ctx) != nil && s.Stats().Available == 1, "taken")
			},
			"errgroup": func() string {
				ctx, cancel := context.WithCancel(background())
				cancel()
				return expect(xsemaphore.NewWeighted(1).Acquire(ctx, 1) != nil, "taken")
			},
		},
	},
	{
		"P-67", "more permits than there are is an error at once",
		map[string]func() string{
			ours: func() string {
				return expect(errors.Is(semaphore.New(1).AcquireN(background(), 2), semaphore.ErrTooLarge), "no error")
			},
			"errgroup": func() string {
				_ = xsemaphore.NewWeighted(1).Acquire(background(), 2)
				return ""
			},
		},
	},
	{
		"P-69", "a negative number of permits is refused, and changes nothing",
		map[string]func() string{
			ours: func() string {
				s := semaphore.New(1)
				refused := caught(func() { s.ReleaseN(-5) }) != nil
				return expect(refused && s.Stats().Available == 1, "accepted")
			},
			"errgroup": func() string {
				s := xsemaphore.NewWeighted(1)
				return expect(caught(func() { _ = s.Acquire(background(), -1) }) != nil, "accepted")
			},
		},
	},
	{
		"P-71", "what is free is never negative, though the limit is below what is in use",
		map[string]func() string{
			ours: func() string {
				s := semaphore.New(4)
				_ = s.AcquireN(background(), 4)
				s.Resize(1)
				return expect(s.Stats().Available == 0, fmt.Sprint(s.Stats().Available))
			},
			"ants": func() string {
				p, _ := ants.NewPool(4)
				for range 4 {
					_ = p.Submit(func() { select {} })
				}
				p.Tune(1)
				return expect(p.Free() >= 0, fmt.Sprint(p.Free()))
			},
		},
	},
}
