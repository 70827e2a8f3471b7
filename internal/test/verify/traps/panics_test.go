package traps_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/samber/lo"
	loparallel "github.com/samber/lo/parallel"
	"github.com/sourcegraph/conc"
	concpool "github.com/sourcegraph/conc/pool"
	"github.com/sourcegraph/conc/stream"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

var panics = []trap{
	{
		"P-34", "a panic cancels the siblings at once",
		map[string]func() string{
			ours: func() string {
				return expect(caught(func() {
					_ = taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
						g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
						g.Go(func(context.Context) error { panic("boom") })
						return nil
					})
				}) != nil, "swallowed")
			},
			"errgroup": func() string {
				g, ctx := errgroup.WithContext(background())
				g.Go(func() error { <-ctx.Done(); return nil })
				g.Go(func() error { panic("boom") })
				return expect(caught(func() { _ = g.Wait() }) != nil, "swallowed")
			},
			"conc": func() string {
				p := concpool.New().WithContext(background())
				p.Go(func(ctx context.Context) error { <-ctx.Done(); return nil })
				p.Go(func(context.Context) error { panic("boom") })
				return expect(caught(func() { _ = p.Wait() }) != nil, "swallowed")
			},
			"pond": func() string {
				g := pond.NewPool(2).NewGroup()
				ctx := g.Context()
				g.SubmitErr(func() error { <-ctx.Done(); return nil })
				g.SubmitErr(func() error { panic("boom") })
				return expect(g.Wait() != nil, "swallowed")
			},
		},
	},
	{
		"P-35", "the call that joins gets the value of the panic and the stack of the task",
		map[string]func() string{
			ours: func() string {
				v := caught(func() {
					_, _ = taskgroup.Gather(background(), func(context.Context) (int, error) { culprit(); return 0, nil })
				})
				var pe *taskgroup.PanicError
				err, _ := v.(error)
				return expect(errors.Is(err, errBoom) && errors.As(err, &pe) && strings.Contains(string(pe.Stack), "culprit"), "lost")
			},
			"conc": func() string {
				var wg conc.WaitGroup
				wg.Go(culprit)
				v := caught(wg.Wait)
				err, _ := v.(error)
				return expect(errors.Is(err, errBoom), "the value is not an error that wraps it")
			},
			"pond": func() string {
				err := pond.NewPool(1).Submit(culprit).Wait()
				return expect(errors.Is(err, errBoom) && !strings.Contains(err.Error(), "\n"), "the stack is in the error's text")
			},
			"lo": func() string {
				return expect(caught(func() { loparallel.ForEach([]int{1}, func(int, int) { culprit() }) }) != nil, "swallowed")
			},
		},
	},
	{
		"P-37", "a panic does not take the other failures with it",
		map[string]func() string{
			ours: func() string {
				v := caught(func() {
					_ = taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
						g.Go(func(context.Context) error { return errClean })
						g.Go(func(context.Context) error { panic(errBoom) })
						return nil
					}, taskgroup.WithKeepGoing())
				})
				err, _ := v.(error)
				return bothFailures(err)
			},
			"conc": func() string {
				p := concpool.New().WithErrors()
				p.Go(func() error { return errClean })
				p.Go(func() error { panic(errBoom) })
				err, _ := caught(func() { _ = p.Wait() }).(error)
				return bothFailures(err)
			},
			"pond": func() string {
				g := pond.NewPool(1).NewGroup()
				g.SubmitErr(func() error { panic(errBoom) })
				g.SubmitErr(func() error { return errClean })
				return bothFailures(g.Wait())
			},
		},
	},
	{
		"P-39", "a panic that no call waits for is not silent",
		map[string]func() string{
			ours: func() string { // must die, as after a go statement: shown in a process of its own by the tests of taskgroup
				g := taskgroup.New(background(), taskgroup.WithPanics(taskgroup.PanicAsError))
				g.Go(func(context.Context) error { panic("boom") })
				return expect(g.Wait() != nil, "silent")
			},
			"pond": func() string {
				p := pond.NewPool(1)
				_ = p.Go(func() { panic("boom") })
				p.StopAndWait()
				return "silent"
			},
			"ants": func() string {
				var told atomic.Bool
				p, _ := ants.NewPool(1, ants.WithLogger(logger{&told}))
				var wg sync.WaitGroup
				wg.Add(1)
				_ = p.Submit(func() { defer wg.Done(); panic("boom") })
				wg.Wait()
				time.Sleep(soon)
				return expect(!told.Load(), "logged, and not returned")
			},
			"lo": func() string {
				return expect(caught(func() { lo.Synchronize().Do(func() { panic("boom") }) }) != nil, "silent")
			},
		},
	},
	{
		"P-40", "a handler of failures that panics stops no task",
		map[string]func() string{
			ours: func() string {
				err := taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(context.Context) error { return errBoom })
					return nil
				}, taskgroup.WithLimit(1), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) { panic("handler") }))
				return expect(errors.Is(err, errBoom), "lost")
			},
			"ants": func() string {
				p, _ := ants.NewPool(1, ants.WithPanicHandler(func(any) { panic("handler") }))
				_ = p.Submit(func() { panic("boom") })
				done := make(chan struct{})
				_ = p.Submit(func() { close(done) })
				<-done
				return ""
			},
		},
	},
	{
		"P-42", "runtime.Goexit in a task (t.FailNow) is a failure, and nothing hangs",
		map[string]func() string{
			ours: func() string {
				err := taskgroup.Run(background(), func(_ context.Context, g *taskgroup.Group) error {
					g.Go(func(context.Context) error { runtime.Goexit(); return nil })
					return nil
				})
				return expect(errors.Is(err, taskgroup.ErrGoexit), "no error")
			},
			"errgroup": func() string {
				var g errgroup.Group
				g.Go(func() error { runtime.Goexit(); return nil })
				return expect(g.Wait() != nil, "no error")
			},
			"conc": func() string {
				p := concpool.New().WithErrors()
				p.Go(func() error { runtime.Goexit(); return nil })
				return expect(p.Wait() != nil, "no error")
			},
			"pond": func() string {
				return expect(pond.NewPool(1).Submit(runtime.Goexit).Wait() != nil, "no error")
			},
			"ants": func() string {
				p, _ := ants.NewPool(1)
				var wg sync.WaitGroup
				wg.Add(2)
				_ = p.Submit(func() { defer wg.Done(); runtime.Goexit() })
				_ = p.Submit(wg.Done)
				wg.Wait()
				return ""
			},
			"workerpool": func() string {
				workerpool.New(1).SubmitWait(runtime.Goexit)
				return "no error"
			},
			"lo": func() string {
				<-lo.Async(func() int { runtime.Goexit(); return 1 })
				return "no error"
			},
		},
	},
	{
		"P-44", "runtime.Goexit in an ordered stream: the others come out, and it ends",
		map[string]func() string{
			ours: func() string {
				var got []int
				var last error
				input := slices.Values([]int{0, 1})
				for v, err := range taskgroup.MapSeq(background(), 2, input, func(_ context.Context, i int) (int, error) {
					if i == 1 {
						runtime.Goexit()
					}
					return i, nil
				}) {
					if last = err; err == nil {
						got = append(got, v)
					}
				}
				return expect(slices.Equal(got, []int{0}) && errors.Is(last, taskgroup.ErrGoexit), fmt.Sprint(got, last))
			},
			"conc": func() string {
				s := stream.New()
				n := 0
				for i := range 2 {
					s.Go(func() stream.Callback {
						if i == 1 {
							runtime.Goexit()
						}
						return func() { n++ }
					})
				}
				s.Wait()
				return expect(n == 1, "lost")
			},
		},
	},
}
