package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

// scopeModel is one time scope as the model has it: a Timeout, a WaitFor or a
// MoveOnAfter, within others.
type scopeModel struct {
	kind     string
	outer    *scopeModel
	due      time.Time // zero: never
	set      time.Time // when that was decided
	expired  bool
	ended    bool
	cut      *scopeModel // whose time ended the context first; nil: none's
	cutAt    time.Time
	ctx      context.Context //nolint:containedctx // of the scope
	deadline *taskgroup.Deadline
}

// look has every scope whose time has come expire, the outer ones first: of
// those that are due at the same moment, the outer one is the cause. One whose
// context has been ended by the scope around it still expires at its own time,
// if it is a Timeout, whose deadline is its own.
func (s *scopeModel) look(now time.Time) {
	var all []*scopeModel
	for ; s != nil; s = s.outer {
		all = append([]*scopeModel{s}, all...)
	}
	for _, s := range all {
		if o := s.outer; o != nil && o.cut != nil {
			s.end(o.cut, o.cutAt)
		}
		if !s.ended && !s.expired && !s.due.IsZero() && !now.Before(s.due) {
			s.expired = true
			s.end(s, later(s.due, s.set))
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// end notes who ended the context, if that was the earliest.
func (s *scopeModel) end(by *scopeModel, at time.Time) {
	if s.cut == nil || at.Before(s.cutAt) {
		s.cut, s.cutAt = by, at
	}
}

// ties reports that a time limit and a Timeout were over at the moment when s was
// cut. Then timers decide whose error is the cause, but not what is reported.
func (s *scopeModel) ties() bool {
	for q := s; q != s.cut; q = q.outer {
		if q.kind != s.cut.kind && q.expired && later(q.due, q.set).Equal(s.cutAt) {
			return true
		}
	}
	return false
}

// depth is which scope it is, from the outermost, for the log.
func (s *scopeModel) depth() (n int) {
	for ; s != nil; s = s.outer {
		n++
	}
	return n
}

// scopePlayer plays a script of bytes on nested scopes.
type scopePlayer struct {
	t     *testing.T
	data  []byte
	log   []string
	depth int
}

func (p *scopePlayer) next(below int) int {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return int(b) % below
}

func (p *scopePlayer) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// check compares the state of the scope with the model's.
func (p *scopePlayer) check(s *scopeModel) {
	for synctest.Wait(); s != nil; s = s.outer {
		s.look(time.Now())
		if assert.Equal(p.t, s.cut != nil, s.ctx.Err() != nil, "is the context of the %s done? %q", s.kind, p.log) && s.cut != nil {
			cause := context.Cause(s.ctx)
			assert.ErrorIs(p.t, cause, context.DeadlineExceeded, p.log)
			assert.NotErrorIs(p.t, cause, taskgroup.ErrTimeout, p.log)
			if !s.ties() {
				assert.Equal(p.t, context.Cause(s.cut.ctx), cause, "whose time is over? %q", p.log)
			}
		}
		if s.deadline != nil {
			assert.Equal(p.t, s.expired, s.deadline.Expired(), p.log)
			assert.True(p.t, s.due.Equal(s.deadline.When()), "%v instead of %v: %q", s.deadline.When(), s.due, p.log)
		}
	}
}

// body is the function of a scope: it does what the script says.
func (p *scopePlayer) body(s *scopeModel) error {
	p.check(s)
	for len(p.data) > 0 && !p.t.Failed() {
		switch p.next(8) {
		case 0, 1:
			d := time.Duration(p.next(4)) * time.Second
			p.note("sleep %v", d)
			time.Sleep(d)
		case 2, 3: // a deadline moves, of this scope or of one around it
			at := s
			for range p.next(3) {
				if at.outer != nil {
					at = at.outer
				}
			}
			if at.deadline != nil {
				p.move(at)
			}
		case 4, 5:
			if p.depth < 4 {
				p.enter(s)
			}
		case 6:
			if p.next(2) == 0 {
				p.note("leave")
				return nil
			}
			p.note("leave with a failure")
			return errBoom
		case 7:
			if s.ctx.Err() != nil {
				p.note("leave with the context's error")
				return errors.Join(s.ctx.Err())
			}
		}
		p.check(s)
	}
	return nil
}

func (p *scopePlayer) move(s *scopeModel) {
	s.look(time.Now())
	due, expired := time.Now().Add(time.Duration(p.next(6)-1)*time.Second), s.expired
	var err error
	switch p.next(3) {
	case 0:
		due = time.Time{}
		p.note("reschedule %d to never", s.depth())
		err = s.deadline.Reschedule(due)
	case 1:
		p.note("reschedule %d to %v", s.depth(), time.Until(due))
		err = s.deadline.Reschedule(due)
	default:
		p.note("extend %d by %v", s.depth(), time.Until(due))
		err = s.deadline.Extend(time.Until(due))
	}
	if expired {
		assert.ErrorIs(p.t, err, taskgroup.ErrTimeout, p.log)
		return
	}
	assert.NoError(p.t, err, p.log)
	s.due, s.set = due, time.Now()
}

// enter calls one of the three within the scope around it.
func (p *scopePlayer) enter(outer *scopeModel) {
	p.depth++
	defer func() { p.depth-- }()
	ctx := p.t.Context()
	if outer != nil {
		ctx = outer.ctx
		outer.look(time.Now())
	}
	d := time.Duration(p.next(6)-1) * time.Second
	s := &scopeModel{kind: [...]string{"Timeout", "WaitFor", "MoveOnAfter"}[p.next(3)], outer: outer, set: time.Now()}
	p.note("%s %v", s.kind, d)
	if s.due = time.Now().Add(d); s.kind != "Timeout" {
		for o := outer; o != nil; o = o.outer { // a fixed deadline further out comes first
			if o.kind != "Timeout" && !o.due.IsZero() && !o.due.After(s.due) {
				s.due = time.Time{}
				break
			}
		}
	}
	called, over, begin := false, false, time.Now()
	var left error
	fn := func(ctx context.Context) error {
		called = true
		s.ctx = ctx
		if s.kind != "Timeout" {
			limit, ok := ctx.Deadline()
			assert.True(p.t, ok, p.log)
			assert.False(p.t, limit.After(time.Now().Add(d)), p.log)
		}
		left = p.body(s)
		s.look(time.Now())
		s.ended, over = true, time.Since(begin) >= d
		return left
	}
	var err error
	moved := false
	switch s.kind {
	case "Timeout":
		err = taskgroup.Timeout(ctx, d, func(ctx context.Context, t *taskgroup.Deadline) error {
			s.deadline = t
			return fn(ctx)
		})
		err2 := s.deadline.Extend(time.Hour)
		assert.ErrorIs(p.t, err2, taskgroup.ErrEnded, p.log)
		assert.Equal(p.t, s.expired, errors.Is(err2, taskgroup.ErrTimeout), p.log)
	case "WaitFor":
		_, err = taskgroup.WaitFor(ctx, d, func(ctx context.Context) (int, error) { return 1, fn(ctx) })
	case "MoveOnAfter":
		moved, err = taskgroup.MoveOnAfter(ctx, d, fn)
	}
	if p.t.Failed() {
		return
	}
	p.note("left %s with %v", s.kind, err)
	outerCut := outer != nil && outer.cut != nil
	if !called {
		assert.NotEqual(p.t, "Timeout", s.kind, p.log)
		assert.True(p.t, outerCut || d <= 0, p.log)
		assert.Equal(p.t, s.kind == "WaitFor" && !outerCut, errors.Is(err, taskgroup.ErrTimeout), p.log)
		assert.Equal(p.t, s.kind == "MoveOnAfter" && !outerCut, moved, p.log)
		return
	}
	own := s.cut == s // its own time ended its context
	if s.kind == "MoveOnAfter" {
		assert.Equal(p.t, over, moved, p.log)
	}
	assert.Equal(p.t, left != nil && own && s.kind != "MoveOnAfter", errors.Is(err, taskgroup.ErrTimeout), "%v after %q", err, p.log)
	assert.Equal(p.t, errors.Is(left, errBoom), errors.Is(err, errBoom), "%v after %q", err, p.log)
	switch {
	case left == nil:
		assert.NoError(p.t, err, p.log)
	case s.cut != nil && !own: // the end of a scope further out
		if !errors.Is(left, errBoom) {
			assert.ErrorIs(p.t, err, context.Cause(outer.ctx), p.log)
		}
	case own && s.kind == "MoveOnAfter" && !outerCut && !errors.Is(left, errBoom):
		assert.NoError(p.t, err, p.log)
	}
}

func runTimeoutModel(t *testing.T, data []byte) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &scopePlayer{t: t, data: data}
		for len(p.data) > 0 && !t.Failed() {
			p.enter(nil)
		}
	})
}

// A byte string drives time scopes, one in the other, and the model of them.
func FuzzTimeouts(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		f.Add(testkit.RandomBytes(r, 40))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 200 {
			data = data[:200]
		}
		runTimeoutModel(t, data)
	})
}

func TestTimeoutsDoAsTheModel(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		if runTimeoutModel(t, testkit.RandomBytes(r, 100)); t.Failed() {
			return
		}
	}
}
