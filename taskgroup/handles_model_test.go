package taskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// foreignHandle is a user's own Awaitable.
type foreignHandle struct {
	done chan struct{}
	err  error
}

func (h *foreignHandle) Done() <-chan struct{} { return h.done }
func (h *foreignHandle) Err() error            { return h.err }

// modelHandle is a handle in the model and for real.
type modelHandle struct {
	ended bool
	err   error // any failure; with context.Canceled, it was canceled

	handle taskgroup.Awaitable
	task   *taskgroup.Task[int] // if it is one
	end    func(err error)
}

func newModelHandle(t *testing.T, kind, value int) *modelHandle {
	t.Helper()
	h := new(modelHandle)
	switch kind {
	case 0:
		f := taskgroup.NewFuture[int]()
		h.handle = f
		h.end = func(err error) {
			if err == nil {
				f.Resolve(value)
			} else {
				f.Reject(err)
			}
		}
	case 1:
		finish := make(chan error)
		h.task = taskgroup.Start(t.Context(), func(ctx context.Context) (int, error) {
			select {
			case err := <-finish:
				return value, err
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		h.handle = h.task
		h.end = func(err error) {
			if errors.Is(err, context.Canceled) {
				h.task.Cancel(nil)
			} else {
				finish <- err
			}
			synctest.Wait()
		}
	default:
		f := &foreignHandle{done: make(chan struct{})}
		h.handle = f
		h.end = func(err error) {
			f.err = err
			close(f.done)
			synctest.Wait()
		}
	}
	return h
}

// handlesWait is a call that waits for handles, which go by their numbers.
type handlesWait struct {
	kind   string
	over   func() bool // by what has ended
	given  []int
	args   []int // each once
	cancel context.CancelFunc

	// What the model says.
	ended, canceled bool
	came            []int // in order of time

	// What has happened.
	returned      bool
	done, pending []taskgroup.Awaitable
	values        []int
	err           error
}

// handlesModel says in plain words what those do that wait for handles.
type handlesModel struct {
	handles []*modelHandle
	waits   []*handlesWait

	in, ready []int // the set
	calls     []*nextOfSet
}

// nextOfSet is a call of Next, in the model and for real.
type nextOfSet struct {
	over   bool
	want   int // -1: none
	err    error
	cancel context.CancelFunc

	returned bool
	got      taskgroup.Awaitable
	gotErr   error
}

// end ends a handle.
func (m *handlesModel) end(i int, err error) {
	h := m.handles[i]
	h.ended, h.err = true, err
	for _, w := range m.waits {
		m.tell(w, i)
	}
	if slices.Contains(m.in, i) {
		m.ready = append(m.ready, i)
		m.serve()
	}
}

func (m *handlesModel) tell(w *handlesWait, i int) {
	if w.ended || !slices.Contains(w.args, i) || slices.Contains(w.came, i) {
		return
	}
	w.came = append(w.came, i)
	w.ended = w.over()
}

func (m *handlesModel) count(args []int, ok func(h *modelHandle) bool) (n int) {
	for _, i := range args {
		if m.handles[i].ended && ok(m.handles[i]) {
			n++
		}
	}
	return n
}

// serve hands what is ready to those who wait, and sends them away when the set
// is empty.
func (m *handlesModel) serve() {
	for len(m.ready) > 0 && len(m.calls) > 0 {
		c, i := m.calls[0], m.ready[0]
		m.calls, m.ready = m.calls[1:], m.ready[1:]
		m.in = slices.DeleteFunc(m.in, func(j int) bool { return i == j })
		c.over, c.want = true, i
	}
	if len(m.in) == 0 {
		for _, c := range m.calls {
			c.over, c.want, c.err = true, -1, taskgroup.ErrNoTasks
		}
		m.calls = nil
	}
}

func (m *handlesModel) add(i int) {
	if slices.Contains(m.in, i) {
		return
	}
	if m.in = append(m.in, i); m.handles[i].ended {
		m.ready = append(m.ready, i)
		m.serve()
	}
}

func (m *handlesModel) remove(i int) {
	is := func(j int) bool { return i == j }
	m.in, m.ready = slices.DeleteFunc(m.in, is), slices.DeleteFunc(m.ready, is)
	m.serve()
}

func (m *handlesModel) number(a taskgroup.Awaitable) int {
	return slices.IndexFunc(m.handles, func(h *modelHandle) bool { return h.handle == a })
}

func (m *handlesModel) numbers(all []taskgroup.Awaitable) []int {
	numbers := []int{}
	for _, a := range all {
		numbers = append(numbers, m.number(a))
	}
	return numbers
}

// wait begins a call that waits for some of the handles.
func (m *handlesModel) wait(t *testing.T, s *script) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &handlesWait{kind: [...]string{"all", "first", "error", "Completed", "GatherTasks"}[s.Next(5)], cancel: cancel}
	var given []taskgroup.Awaitable
	var tasks []*taskgroup.Task[int]
	for range 1 + s.Next(4) {
		i := s.Next(len(m.handles))
		if w.kind == "GatherTasks" {
			if m.handles[i].task == nil {
				i = 1
			}
			tasks = append(tasks, m.handles[i].task)
		}
		given = append(given, m.handles[i].handle)
		w.given = append(w.given, i)
		if !slices.Contains(w.args, i) {
			w.args = append(w.args, i)
		}
	}
	s.Note("%s of %v", w.kind, w.given)
	ever := func(*modelHandle) bool { return true }
	all := func() bool { return m.count(w.args, ever) == len(w.args) }
	var call func() error
	until := func(u taskgroup.Until) func() error {
		return func() (err error) { w.done, w.pending, err = taskgroup.Wait(ctx, u, given...); return err }
	}
	switch w.kind {
	case "all":
		w.over, call = all, until(taskgroup.AllCompleted)
	case "first":
		w.over, call = func() bool { return m.count(w.args, ever) > 0 }, until(taskgroup.FirstCompleted)
	case "error":
		failed := func(h *modelHandle) bool { return h.err != nil && !errors.Is(h.err, context.Canceled) }
		w.over, call = func() bool { return all() || m.count(w.args, failed) > 0 }, until(taskgroup.FirstError)
	case "Completed":
		w.over = all
		call = func() error {
			for a, err := range taskgroup.Completed(ctx, given...) {
				if err != nil {
					return err
				}
				w.done = append(w.done, a)
			}
			return nil
		}
	case "GatherTasks":
		failed := func(h *modelHandle) bool { return h.err != nil }
		w.over = func() bool { return all() || m.count(w.args, failed) > 0 }
		call = func() (err error) { w.values, err = taskgroup.GatherTasks(ctx, tasks...); return err }
	}
	m.waits = append(m.waits, w)
	for _, i := range w.args {
		if m.handles[i].ended {
			w.came = append(w.came, i)
		}
	}
	w.ended = w.over()
	go func() {
		w.err = call()
		w.returned = true
	}()
}

// check compares a call with the model. Those that end of several that end at
// once, before the call looks, count for it, too.
func (m *handlesModel) check(t *testing.T, w *handlesWait, log []string) {
	t.Helper()
	if !assert.Equal(t, w.ended, w.returned, "has %s of %v returned? %q", w.kind, w.args, log) {
		return
	}
	if w.kind == "Completed" {
		assert.Equal(t, append([]int{}, w.came...), m.numbers(w.done), log)
	}
	if !w.ended {
		return
	}
	if w.canceled {
		assert.ErrorIs(t, w.err, context.Canceled, log)
	}
	switch w.kind {
	case "Completed":
		assert.Equal(t, w.canceled, w.err != nil, log)
	case "GatherTasks":
		m.checkGather(t, w, log)
	default:
		assert.Equal(t, w.canceled, w.err != nil, log)
		done, pending := m.numbers(w.done), m.numbers(w.pending)
		assert.Subset(t, done, w.came, log)
		for i, j := 0, 0; i+j < len(w.args); {
			switch k := w.args[i+j]; {
			case i < len(done) && done[i] == k:
				i++
				assert.True(t, m.handles[k].ended, log)
			case j < len(pending) && pending[j] == k:
				j++
			default:
				assert.Fail(t, "not in the order of the arguments", "%v, %v: %q", done, pending, log)
				return
			}
		}
		assert.Len(t, w.args, len(done)+len(pending), log)
	}
}

func (m *handlesModel) checkGather(t *testing.T, w *handlesWait, log []string) {
	t.Helper()
	first := slices.IndexFunc(w.came, func(i int) bool { return m.handles[i].err != nil })
	switch {
	case w.canceled:
	case first < 0:
		assert.NoError(t, w.err, log)
		assert.Equal(t, w.given, w.values, log)
	default:
		ge, ok := w.err.(*taskgroup.GroupError)
		if assert.True(t, ok, "%v: %q", w.err, log) && assert.Len(t, ge.Errors, 1, log) {
			assert.ErrorIs(t, ge.Errors[0], m.handles[w.came[first]].err, log)
			assert.Equal(t, slices.Index(w.given, w.came[first]), ge.Errors[0].Index, log)
		}
		assert.Nil(t, w.values, log)
	}
}

// playHandles has handles, those who wait for them, and the model do what the
// script says, and compares after each step.
func playHandles(t *testing.T, s *script) {
	t.Helper()
	m := &handlesModel{}
	for i := range 7 {
		m.handles = append(m.handles, newModelHandle(t, i%3, i))
	}
	set := taskgroup.NewSet[taskgroup.Awaitable]()
	var nexts []*nextOfSet
	end := func(ok func(h *modelHandle) bool) bool {
		var able []int
		for i, h := range m.handles {
			if !h.ended && ok(h) {
				able = append(able, i)
			}
		}
		if len(able) == 0 {
			return false
		}
		i := able[s.Next(len(able))]
		var err error
		switch s.Next(4) {
		case 0:
			err = fmt.Errorf("failure %d", i)
		case 1:
			err = context.Canceled
		}
		s.Note("end %d with %v", i, err)
		m.end(i, err)
		m.handles[i].end(err)
		return true
	}
	giveUp := func(w *handlesWait) {
		w.ended = true
		w.canceled = true
		w.cancel()
	}
	for len(s.Data) > 0 && !t.Failed() {
		var waiting *handlesWait
		for _, w := range m.waits {
			if !w.ended {
				waiting = w
			}
		}
		i := s.Next(len(m.handles))
		switch op := s.Next(20); {
		case op < 4:
			m.wait(t, s)
		case op < 7:
			end(func(*modelHandle) bool { return true })
		case op < 8: // several at once: only of futures is the order known
			future := func(h *modelHandle) bool { _, ok := h.handle.(*taskgroup.Future[int]); return ok }
			for end(future) && s.Next(2) == 0 {
				continue
			}
		case op < 9 && waiting != nil:
			s.Note("cancel %s of %v", waiting.kind, waiting.args)
			giveUp(waiting)
		case op < 10 && waiting != nil: // the end wins
			s.Note("and cancel %s of %v", waiting.kind, waiting.args)
			end(func(*modelHandle) bool { return true })
			if waiting.ended {
				waiting.cancel()
			} else {
				giveUp(waiting)
			}
		case op < 13:
			s.Note("add %d", i)
			m.add(i)
			set.Add(m.handles[i].handle)
		case op < 14:
			s.Note("remove %d", i)
			m.remove(i)
			set.Remove(m.handles[i].handle)
		case op < 18:
			s.Note("next")
			ctx, cancel := context.WithCancel(t.Context())
			c := &nextOfSet{want: -1, cancel: cancel}
			nexts, m.calls = append(nexts, c), append(m.calls, c)
			m.serve()
			go func() {
				c.got, c.gotErr = set.Next(ctx)
				c.returned = true
			}()
		case len(m.calls) > 0:
			c := m.calls[i%len(m.calls)]
			s.Note("cancel next %d", slices.Index(nexts, c))
			m.calls = slices.DeleteFunc(m.calls, func(o *nextOfSet) bool { return o == c })
			c.over, c.err = true, context.Canceled
			c.cancel()
		}
		synctest.Wait()
		for _, w := range m.waits {
			m.check(t, w, s.Log)
		}
		for i, c := range nexts {
			if assert.Equal(t, c.over, c.returned, "has next %d returned? %q", i, s.Log) && c.over {
				assert.ErrorIs(t, c.gotErr, c.err, s.Log)
				assert.Equal(t, c.want, m.number(c.got), s.Log)
			}
		}
		assert.Equal(t, len(m.in), set.Len(), s.Log)
	}
	for _, h := range m.handles {
		if !h.ended {
			h.end(nil)
		}
	}
	for _, w := range m.waits {
		w.cancel()
	}
	for _, c := range nexts {
		c.cancel()
	}
}

// A byte string drives handles, those who wait for them, and the model.
func FuzzHandles(f *testing.F) { fuzz(f, playHandles) }

// Whatever ends and gives up when: W-01 to W-08, A-05, rules 2 and 3.
func TestHandlesDoAsTheModel(t *testing.T) { playMany(t, playHandles) }
