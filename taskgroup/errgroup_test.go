package taskgroup_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

// step is what one task of a random program does: it works for a while, and ends
// with err; when the context ends before, it cleans up and ends with cleanup.
type step struct {
	after   time.Duration // the one before it was submitted
	work    time.Duration
	err     error
	obeys   bool
	cleanup error
}

func (s step) run(ctx context.Context, ended func(how string)) error {
	begun := time.Now()
	if !s.obeys {
		time.Sleep(s.work)
		ended(fmt.Sprint("worked ", time.Since(begun)))
		return s.err
	}
	if err := sleep(ctx, s.work); err != nil {
		time.Sleep(time.Millisecond)
		cause := context.Cause(ctx)
		if te, ok := cause.(*taskgroup.TaskError); ok {
			cause = te.Err // errgroup does not say which task it was
		}
		ended(fmt.Sprint("canceled ", time.Since(begun), cause))
		return s.cleanup
	}
	ended(fmt.Sprint("worked ", time.Since(begun)))
	return s.err
}

// Where the two agree in what they promise, a group does what errgroup does: the
// first error cancels the rest, is what Wait is about, and all are joined.
func TestAgainstErrgroup(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		program := make([]step, 1+random.IntN(10))
		for i := range program {
			s := &program[i]
			// No two things happen at the same moment, whatever waits for what.
			s.after = time.Duration(random.IntN(3)) * time.Second
			s.work = time.Duration(1+random.IntN(8))*time.Second + time.Duration(2<<i)*time.Millisecond
			if random.IntN(4) == 0 {
				s.err = fmt.Errorf("task %d", i)
			}
			s.obeys = random.IntN(3) > 0
			s.cleanup = []error{nil, fmt.Errorf("clean-up %d", i)}[random.IntN(2)]
		}
		limit := random.IntN(len(program)+1) - 1
		if limit == 0 {
			limit = -1
		}

		var theirs, ours sync.Map // what became of each
		var theirError, ourError error
		var theirTime, ourTime time.Duration
		synctest.Test(t, func(*testing.T) {
			begun := time.Now()
			g, ctx := errgroup.WithContext(context.Background())
			g.SetLimit(limit)
			for i, s := range program {
				time.Sleep(s.after)
				if ctx.Err() != nil {
					break // errgroup would start it all the same
				}
				g.Go(func() error {
					return s.run(ctx, func(how string) { theirs.Store(i, how) })
				})
			}
			theirError = g.Wait()
			theirTime = time.Since(begun)
		})
		synctest.Test(t, func(*testing.T) {
			begun := time.Now()
			g := taskgroup.New(context.Background(), taskgroup.WithLimit(limit))
			for i, s := range program {
				time.Sleep(s.after)
				if !g.Go(func(ctx context.Context) error {
					return s.run(ctx, func(how string) { ours.Store(i, how) })
				}) {
					break
				}
			}
			ourError = g.Wait()
			ourTime = time.Since(begun)
		})
		if limit > 0 && theirError != nil {
			// A task that waits for room when the group fails is started by one
			// and refused by the other.
			_, errs := failed(ourError)
			assert.Equal(t, theirError, errs[0], "seed %d", seed)
			continue
		}
		assert.Equal(t, maps.Collect(theirs.Range), maps.Collect(ours.Range), "seed %d", seed)
		assert.Equal(t, theirTime, ourTime, "seed %d", seed)
		if theirError == nil {
			assert.NoError(t, ourError, "seed %d", seed)
			continue
		}
		var ge *taskgroup.GroupError
		if assert.ErrorAs(t, ourError, &ge, "seed %d", seed) {
			assert.Equal(t, theirError, ge.Errors[0].Err, "seed %d", seed)
		}
	}
}
