package traps_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alitto/pond/v2"
	concpool "github.com/sourcegraph/conc/pool"

	"example.com/asyncgo/taskgroup"
)

var results = []trap{
	{
		"P-24", "results stay with their tasks when one in the middle fails",
		map[string]func() string{
			ours: func() string {
				got := taskgroup.Settle(background(), number(0), number(1), fails, number(3))
				return expect(len(got) == 4 && got[1].Value == 1 && errors.Is(got[2].Err, errBoom) && got[3].Value == 3, fmt.Sprint(got))
			},
			"conc": func() string {
				p := concpool.NewWithResults[int]().WithErrors().WithMaxGoroutines(1)
				for _, f := range []taskgroup.Func[int]{number(0), number(1), fails, number(3)} {
					p.Go(func() (int, error) { return f(background()) })
				}
				got, _ := p.Wait()
				return expect(len(got) == 4 && got[3] == 3, fmt.Sprintf("%d results for 4 tasks", len(got)))
			},
			"pond": func() string {
				g := pond.NewResultPool[int](1).NewGroup()
				for _, f := range []taskgroup.Func[int]{number(0), number(1), fails, number(3)} {
					g.SubmitErr(func() (int, error) { return f(background()) })
				}
				got, _ := g.Wait()
				return expect(len(got) == 4 && got[3] == 3, "a result is lost")
			},
		},
	},
	{
		"P-27", "the failures come in order, and each names its task",
		map[string]func() string{
			ours: func() string {
				g := taskgroup.New(background(), taskgroup.WithKeepGoing())
				for i := range 3 {
					g.Go(func(context.Context) error {
						time.Sleep(time.Duration(i) * soon)
						return fmt.Errorf("e%d", i)
					})
				}
				var ge *taskgroup.GroupError
				if !errors.As(g.Wait(), &ge) {
					return "no GroupError"
				}
				for i, te := range ge.Errors {
					if te.Index != i || te.Err.Error() != fmt.Sprintf("e%d", i) {
						return "out of order"
					}
				}
				return ""
			},
			"conc": func() string {
				p := concpool.New().WithErrors()
				for i := range 3 {
					p.Go(func() error {
						time.Sleep(time.Duration(3-i) * soon)
						return fmt.Errorf("e%d", i)
					})
				}
				text := p.Wait().Error()
				return expect(text == "e0\ne1\ne2", "in order of time, without an index")
			},
		},
	},
	{
		"P-30", "a wait that times out does not spoil the handle",
		map[string]func() string{
			ours: func() string {
				release := make(chan struct{})
				t := taskgroup.Start(background(), func(context.Context) (int, error) { <-release; return 42, nil })
				ctx, cancel := context.WithCancel(background())
				cancel()
				_, err := t.Wait(ctx)
				close(release)
				v, again := t.Wait(background())
				return expect(err != nil && v == 42 && again == nil, "spoilt")
			},
			"pond": func() string {
				ctx, cancel := context.WithCancel(background())
				p := pond.NewResultPool[int](1, pond.WithContext(ctx))
				started := make(chan struct{})
				release := make(chan struct{})
				t := p.Submit(func() int { close(started); <-release; return 42 })
				<-started
				cancel()
				_, _ = t.Wait()
				close(release)
				v, _ := t.Wait()
				return expect(v == 42, "the result is lost")
			},
		},
	},
	{
		"P-54", "one task is canceled by its handle, and its group goes on",
		map[string]func() string{
			ours: func() string {
				err := taskgroup.Run(background(), func(ctx context.Context, g *taskgroup.Group) error {
					one := taskgroup.Go(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
					other := taskgroup.Go(g, number(7))
					one.Cancel(nil)
					_, err := other.Wait(ctx)
					return err
				})
				return expect(err == nil, fmt.Sprint(err))
			},
		},
	},
}
