package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/taskgroup"
)

var errParent = errors.New("the parent has had enough")

// groupModel says in plain words what a Group does: no channels, no locks, one
// thing after the other.
type groupModel struct {
	limit, backlog int
	keepGoing      bool

	tasks           []*modelTask // accepted, in order
	callers, queued []*modelTask
	used            int
	joining, ended  bool
	closing         bool  // Shutdown
	why             error // of the context's end
	canceled        error // by Cancel
	parentOver      bool
	undone          bool
	failed          []*modelTask // in order of time
}

// modelTask is a task in the model and for real.
type modelTask struct {
	weight         int
	shielded       bool
	returned       bool  // the call that submits it, as the model has it
	refused        error // its answer
	late           bool  // it waited when the group was canceled, and may find it ended
	running, ended bool
	units, index   int
	err            error // its end; nil: well
	noise          bool

	finish chan error
	ctx    context.Context         //nolint:containedctx // of Submit
	cancel context.CancelCauseFunc // of Submit's context
	handle *taskgroup.Task[int]    // of Go

	reallyReturned bool
	answer         error
}

func (m *groupModel) refusing() bool { return m.closing || m.ended || m.why != nil }

func (m *groupModel) refuse(c *modelTask) {
	c.returned = true
	switch {
	case c.ctx != nil && c.ctx.Err() != nil:
		m.undone = m.undone || m.parentOver && !m.ended
		c.refused = context.Cause(c.ctx)
	case m.closing || m.ended:
		c.refused = taskgroup.ErrGroupClosed
	default:
		m.undone = m.undone || m.why == errParent
		c.refused = m.why
	}
}

func (m *groupModel) accept(c *modelTask) {
	c.returned, c.index = true, len(m.tasks)
	m.tasks = append(m.tasks, c)
}

// start starts a task if there is room for it.
func (m *groupModel) start(c *modelTask) bool {
	units := c.weight
	if m.limit > 0 {
		if units = min(units, m.limit); m.used+units > m.limit {
			return false
		}
	}
	c.units, c.running = units, true
	m.used += units
	return true
}

func (m *groupModel) submit(c *modelTask, try bool) {
	roomInBacklog := m.backlog < 0 || len(m.queued) < m.backlog
	switch {
	case m.refusing() || c.ctx != nil && c.ctx.Err() != nil:
		m.refuse(c)
	case len(m.callers) == 0 && len(m.queued) == 0 && m.start(c):
		m.accept(c)
	case len(m.callers) == 0 && roomInBacklog:
		m.accept(c)
		m.queued = append(m.queued, c)
	case try:
		c.returned, c.refused = true, errFull
	default:
		m.callers = append(m.callers, c)
	}
}

// errFull stands for the false of TryGo, whatever the reason.
var errFull = errors.New("full")

func (m *groupModel) moveUp() {
	for len(m.queued) > 0 && m.start(m.queued[0]) {
		m.queued = m.queued[1:]
	}
	for len(m.queued) == 0 && len(m.callers) > 0 && m.start(m.callers[0]) {
		m.accept(m.callers[0])
		m.callers = m.callers[1:]
	}
	for len(m.callers) > 0 && (m.backlog < 0 || len(m.queued) < m.backlog) {
		m.accept(m.callers[0])
		m.queued = append(m.queued, m.callers[0])
		m.callers = m.callers[1:]
	}
}

// stop ends a task because of a cancellation: one that runs returns its
// context's error, one in the backlog never runs.
func (m *groupModel) stop(c *modelTask, why error) {
	if c.running {
		why = context.Canceled
	}
	m.end(c, why, true)
}

// end ends a task that runs or waits in the backlog.
func (m *groupModel) end(c *modelTask, err error, noise bool) {
	c.ended, c.err, c.noise = true, err, noise
	m.undone = m.undone || err != nil
	if c.running {
		c.running = false
		m.used -= c.units
	} else {
		m.queued = slices.DeleteFunc(m.queued, func(q *modelTask) bool { return q == c })
	}
	if err != nil && !noise {
		m.failed = append(m.failed, c)
		if len(m.failed) == 1 && !m.keepGoing {
			m.cancel(err)
		}
	}
	m.moveUp()
	m.close()
}

// cancel is the end of the group's context.
func (m *groupModel) cancel(why error) {
	if m.why != nil || m.ended {
		return
	}
	m.why = why
	for _, c := range m.callers {
		m.refuse(c)
		c.late = true
	}
	m.callers = nil
	for _, c := range m.tasks {
		if !c.ended && !c.shielded {
			m.stop(c, why)
		}
	}
}

func (m *groupModel) close() {
	if m.joining && !slices.ContainsFunc(m.tasks, func(c *modelTask) bool { return !c.ended }) {
		m.ended = true
	}
}

func (m *groupModel) shutdown() {
	m.closing, m.joining = true, true
	for _, c := range m.callers {
		m.refuse(c)
	}
	m.callers = nil
	m.close()
}

// assertResult asserts that err is what the join of the group returns.
func (m *groupModel) assertResult(t *testing.T, err error, log []string) {
	t.Helper()
	causes := []error{}
	if m.canceled != nil {
		causes = append(causes, m.canceled)
	}
	if m.parentOver && m.undone {
		causes = append(causes, errParent, context.Canceled)
	}
	if len(m.failed) == 0 && len(causes) == 0 {
		assert.NoError(t, err, log)
		return
	}
	ge, ok := err.(*taskgroup.GroupError)
	if !assert.True(t, ok, "%T: %v, after %q", err, err, log) {
		return
	}
	want := slices.Clone(m.failed)
	if len(want) > 1 {
		slices.SortFunc(want[1:], func(a, b *modelTask) int { return a.index - b.index })
	}
	var indexes []int
	for _, c := range want {
		indexes = append(indexes, c.index)
	}
	got, _ := failed(err)
	assert.Equal(t, indexes, got, log)
	assert.Equal(t, len(causes) > 0, ge.Cause != nil, "%v after %q", ge.Cause, log)
	for _, cause := range causes {
		assert.ErrorIs(t, ge.Cause, cause, log)
	}
}

// runGroupModel has a group and the model do what data says, and compares after
// each step which calls have returned with what, which tasks run, and how those
// that have ended did.
func runGroupModel(t *testing.T, data []byte) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		next := func(below int) int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b) % below
		}
		m := &groupModel{limit: next(5) - 1, backlog: next(4) - 1, keepGoing: next(3) == 0}
		if m.limit == 0 {
			m.limit = taskgroup.NoLimit
		}
		opts := []taskgroup.Option{taskgroup.WithLimit(m.limit), taskgroup.WithBacklog(m.backlog)}
		if m.keepGoing {
			opts = append(opts, taskgroup.WithKeepGoing())
		}
		parent, endParent := context.WithCancelCause(t.Context())
		g := taskgroup.New(parent, opts...)

		var all []*modelTask
		var joins []*joinCall
		log := []string{fmt.Sprintf("limit %d, backlog %d, keep going %t", m.limit, m.backlog, m.keepGoing)}
		pick := func(ok func(c *modelTask) bool) *modelTask {
			var able []*modelTask
			for _, c := range all {
				if ok(c) {
					able = append(able, c)
				}
			}
			if n := next(16); len(able) > 0 {
				return able[n%len(able)]
			}
			return nil
		}
		submit := func(how int) {
			c := &modelTask{weight: 1 + next(8)/6, shielded: next(8) == 0, finish: make(chan error)}
			all = append(all, c)
			options := []taskgroup.TaskOption{taskgroup.Weighted(c.weight)}
			if c.shielded {
				options = append(options, taskgroup.Shielded())
			}
			body := func(ctx context.Context) error {
				select {
				case err := <-c.finish:
					return err
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			log = append(log, fmt.Sprintf("%s %d of weight %d, shielded %t", [...]string{"Go", "TryGo", "Submit", "Submit done"}[how], len(all)-1, c.weight, c.shielded))
			call := func() error {
				c.handle = taskgroup.Go(g, func(ctx context.Context) (int, error) { return 1, body(ctx) }, options...)
				if err := c.handle.Err(); done(c.handle.Done()) && err != nil {
					return err
				}
				return nil
			}
			switch how {
			case 1:
				call = func() error {
					if !g.TryGo(body, options...) {
						return errFull
					}
					return nil
				}
			case 2, 3:
				c.ctx, c.cancel = context.WithCancelCause(t.Context())
				if how == 3 {
					c.cancel(errWhy)
				}
				call = func() error { return g.Submit(c.ctx, body, options...) }
			}
			m.submit(c, how == 1)
			if how == 1 && c.refused != nil {
				c.refused = errFull
			}
			go func() {
				c.answer = call()
				c.reallyReturned = true
			}()
		}
		join := func(call func() error) {
			j := &joinCall{}
			joins = append(joins, j)
			go func() {
				j.err = call()
				j.returned = true
			}()
		}
		step := func(op int) {
			switch {
			case op < 10:
				submit(0)
			case op < 13:
				submit(1)
			case op < 17:
				submit(2)
			case op < 18:
				submit(3)
			case op < 20: // a call that waits in Submit gives up
				c := pick(func(c *modelTask) bool { return c.cancel != nil && !c.returned })
				if c == nil {
					break
				}
				log = append(log, fmt.Sprint("give up ", slices.Index(all, c)))
				c.cancel(errWhy)
				m.callers = slices.DeleteFunc(m.callers, func(q *modelTask) bool { return q == c })
				m.refuse(c)
				m.moveUp()
			case op < 34:
				c := pick(func(c *modelTask) bool { return c.running })
				if c == nil {
					break
				}
				var err error
				if next(8) == 0 {
					err = fmt.Errorf("failure %d", slices.Index(all, c))
				}
				log = append(log, fmt.Sprintf("end %d with %v", slices.Index(all, c), err))
				c.finish <- err
				m.end(c, err, false)
			case op < 37: // a task is canceled
				c := pick(func(c *modelTask) bool { return c.handle != nil && c.returned && c.refused == nil })
				if c == nil {
					break
				}
				log = append(log, fmt.Sprint("cancel ", slices.Index(all, c)))
				assert.Equal(t, !c.ended, c.handle.Cancel(errWhy), log)
				if !c.ended {
					m.stop(c, errWhy)
				}
			case op < 40:
				limit := next(5)
				if limit == 0 {
					limit = taskgroup.NoLimit
				}
				log = append(log, fmt.Sprint("limit ", limit))
				m.limit = limit
				g.SetLimit(limit)
				m.moveUp()
			case op < 41:
				log = append(log, "Wait")
				join(g.Wait)
				m.joining = true
				m.close()
			case next(5) > 0: // the rest is for seldom
			case op < 42:
				log = append(log, "Shutdown")
				join(func() error { return g.Shutdown(t.Context()) })
				m.shutdown()
			case op < 44:
				log = append(log, "Cancel")
				g.Cancel(errCleanup)
				if m.canceled == nil && !m.ended {
					m.canceled = errCleanup
				}
				m.cancel(errCleanup)
			case op < 46:
				log = append(log, "Stop")
				g.Stop()
				m.cancel(taskgroup.ErrStopped)
			case !m.ended:
				log = append(log, "the parent's end")
				endParent(errParent)
				m.parentOver = true
				m.cancel(errParent)
			}
		}
		compare := func() {
			synctest.Wait()
			running := []int{}
			for i, c := range all {
				if c.running {
					running = append(running, c.index)
				}
				if !assert.Equal(t, c.returned, c.reallyReturned, "has the call for %d returned? %q", i, log) || !c.returned {
					continue
				}
				if !c.late || c.answer != taskgroup.ErrGroupClosed {
					assert.ErrorIs(t, c.answer, c.refused, "%d: %q", i, log)
				}
				if c.handle == nil {
					continue
				}
				assert.Equal(t, c.ended || c.refused != nil, done(c.handle.Done()), "has %d ended? %q", i, log)
				if c.ended {
					assert.ErrorIs(t, c.handle.Err(), c.err, "%d: %q", i, log)
					assert.Equal(t, c.noise, c.handle.Cancelled(), "%d: %q", i, log)
				}
			}
			assert.Equal(t, len(running), g.Running(), log)
			slices.Sort(running)
			infos := g.Tasks()
			if assert.Len(t, infos, len(running), log) {
				for i := 1; i < len(infos); i++ {
					assert.Less(t, infos[i-1].ID, infos[i].ID, log)
				}
			}
			assert.Equal(t, m.limit, g.Limit(), log)
			assert.Equal(t, m.ended || m.why != nil, g.Context().Err() != nil, log)
			for _, j := range joins {
				if assert.Equal(t, m.ended, j.returned, "has the join returned? %q", log) && j.returned {
					m.assertResult(t, j.err, log)
				}
			}
		}
		for len(data) > 0 && !t.Failed() {
			step(next(48))
			compare()
		}
		if !t.Failed() { // everything comes to its end
			log = append(log, "Shutdown at the end")
			join(func() error { return g.Shutdown(t.Context()) })
			m.shutdown()
			compare()
			for c := m.anyRunning(); c != nil && !t.Failed(); c = m.anyRunning() {
				c.finish <- nil
				m.end(c, nil, false)
				compare()
			}
		}
		g.Cancel(nil)
		for _, c := range all {
			if c.handle != nil {
				c.handle.Cancel(nil)
			}
			if c.cancel != nil {
				c.cancel(nil)
			}
		}
		endParent(nil)
	})
}

// joinCall is a call of Wait or Shutdown.
type joinCall struct {
	err      error
	returned bool
}

func (m *groupModel) anyRunning() *modelTask {
	if i := slices.IndexFunc(m.tasks, func(c *modelTask) bool { return c.running }); i >= 0 {
		return m.tasks[i]
	}
	return nil
}

// A byte string drives a group and the model of it. Which lines run depends on
// the scheduler, too: -fuzzminimizetime 5x keeps the fuzzer from trying for long
// to make an interesting script shorter.
func FuzzGroup(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		f.Add(testkit.RandomBytes(r, 60))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 {
			data = data[:400]
		}
		runGroupModel(t, data)
	})
}

func TestGroupDoesAsTheModel(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	scripts := 150
	if testkit.Race {
		scripts = 40
	}
	for range scripts {
		if runGroupModel(t, testkit.RandomBytes(r, 200)); t.Failed() {
			return
		}
	}
}
