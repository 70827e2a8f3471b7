package distributed

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// grant is a place in the line that holds.
//
//	held -> released   release; its err is the answer of every call
//	held -> lost       lose, by the loss of the session or Close
//
// Whichever comes first counts. The context ends with either.
type grant struct {
	k     *semaphoreCore
	place place
	ctx   context.Context //nolint:containedctx // the holder's
	end   context.CancelCauseFunc

	once sync.Once
	err  error // of release
}

func (g *grant) lose(cause error) { g.end(cause) }

// lost is why the permits may have gone to others, or nil.
func (g *grant) lost() error {
	switch cause := context.Cause(g.ctx); {
	case errors.Is(cause, ErrClosed):
		return fmt.Errorf("%w: %w", ErrLeaseLost, ErrClosed)
	case errors.Is(cause, ErrLeaseLost):
		return ErrLeaseLost
	case !g.k.session.isAlive(g.place.session()):
		return ErrLeaseLost
	}
	return nil
}

// release gives the permits back, and returns ErrLeaseLost if they may have
// been another's before. It waits for the servers until the lease is over.
func (g *grant) release() error {
	g.once.Do(func() {
		done := make(chan error, 1)
		g.k.change(func(l *line) { l.remove(g.place.ID) }, done)
		if g.lost() == nil {
			select {
			case err := <-done:
				if err != nil {
					g.lose(ErrClosed)
				}
			case <-g.ctx.Done():
			}
		}
		if err := g.lost(); err != nil {
			g.err = failed(g.k.op("Release"), err)
		}
		g.end(nil)
		g.k.forget(g.place.ID)
	})
	return g.err
}
