package taskgroup_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// failAfter is a task that fails some time after its context is done.
func failAfter(d time.Duration, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		time.Sleep(d)
		return err
	}
}

// Rule 8: the other failures stand under Others, in the order of
// GroupError.Errors: the panic taken out of that.
func TestOthersInTheOrderOfErrors(t *testing.T) {
	capture(t)
	synctest.Test(t, func(t *testing.T) {
		zero, one, three := errors.New("zero"), errors.New("one"), errors.New("three")
		for name, c := range map[string]struct {
			options []taskgroup.Option
			tasks   []func(context.Context) error
			want    []int
		}{
			"the panic first": {nil, []func(context.Context) error{
				failAfter(3*time.Second, zero),
				failAfter(2*time.Second, one),
				func(context.Context) error { panic("two") },
				failAfter(time.Second, three),
			}, []int{0, 1, 3}},
			"a failure first": {nil, []func(context.Context) error{
				failAfter(3*time.Second, zero),
				failAfter(2*time.Second, one),
				func(ctx context.Context) error { <-ctx.Done(); panic("two") },
				returns(three),
			}, []int{3, 0, 1}},
		} {
			g := taskgroup.New(t.Context(), c.options...)
			for _, task := range c.tasks {
				g.Go(func(ctx context.Context) error {
					time.Sleep(time.Second) // all are there
					return task(ctx)
				})
			}
			pe := raisedPanic(t, func() { _ = g.Wait() })
			assert.Equal(t, "two", pe.Value, name)
			indexes, _ := failed(pe.Others)
			assert.Equal(t, c.want, indexes, name)
		}
	})
}
