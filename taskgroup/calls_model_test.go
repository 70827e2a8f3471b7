package taskgroup_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// callKinds are the calls that own functions. Those of a sequence ask for an
// item only when there is room for it, and give room when its result is taken.
var callKinds = []string{
	"Gather", "Map", "Settle", "SettleMap", "Race", "FirstSuccess", "AsCompleted",
	"ForEach", "MapSeq", "MapUnordered",
}

// calledItem is one function of a call, in the model and for real.
type calledItem struct {
	stubborn         bool // it does not look at its context
	running, ended   bool
	err              error
	noise            bool
	finish           chan error
	began, reallyOut bool
}

// callModel says in plain words what such a call does.
type callModel struct {
	kind       string
	n, limit   int
	breakAfter int // results; -1: never

	items    []*calledItem
	taken    int // items of which the function has begun
	held     int // of a sequence
	asked    bool
	ctxDone  bool
	canceled bool  // the functions' context is done
	byCtx    bool  // because ctx is
	failures []int // in order of time
	decided  bool  // of a race
	winner   int   // -1: none
	out      []int // in order of time, what a loop has got
	ready    []int // and what it will get
	last     error // its last pair; nil: none
	left     bool  // the loop has been left
	over     bool

	// What has happened.
	returned bool
	err      error
	values   []int
	results  []taskgroup.Result[int]
	got      []int
	lastPair error
}

func (m *callModel) sequence() bool { return slices.Index(callKinds, m.kind) >= 7 }

func (m *callModel) running() (n int) {
	for _, it := range m.items {
		if it.running {
			n++
		}
	}
	return n
}

func (m *callModel) room() bool {
	if m.sequence() {
		return m.held < m.limit
	}
	return m.limit < 0 || m.running() < m.limit
}

// cancel is the end of the functions' context: those that look at it end.
func (m *callModel) cancel(byCtx bool) {
	if m.canceled {
		return
	}
	m.canceled, m.byCtx = true, byCtx
	for i, it := range m.items {
		if it.running && !it.stubborn {
			m.end(i, context.Canceled)
		}
	}
}

// end is the end of a function.
func (m *callModel) end(i int, err error) {
	it := m.items[i]
	it.running, it.ended, it.err = false, true, err
	it.noise = m.canceled && err == context.Canceled
	if err != nil && !it.noise {
		m.failures = append(m.failures, i)
	}
	switch m.kind {
	case "Race", "FirstSuccess":
		if !m.decided && (err == nil || m.kind == "Race") {
			m.decided = true
			if err == nil {
				m.winner = i
			}
			m.cancel(false)
		}
	case "Settle", "SettleMap":
	case "AsCompleted":
		m.ready = append(m.ready, i)
	case "MapSeq":
		m.failed(it)
	case "MapUnordered":
		if it.noise {
			m.held--
		} else {
			m.ready = append(m.ready, i)
		}
		m.failed(it)
	case "ForEach":
		m.held--
		m.failed(it)
	default:
		m.failed(it)
	}
	m.goOn()
}

func (m *callModel) failed(it *calledItem) {
	if it.err != nil && !it.noise {
		m.cancel(false)
	}
}

// goOn does what can be done now: the loop takes results, and functions begin.
func (m *callModel) goOn() {
	for !m.over {
		m.take()
		if m.canceled || m.asked || !m.room() {
			break
		}
		if m.taken == m.n {
			m.asked = true
			break
		}
		m.items[m.taken].running = true
		m.taken++
		m.held++
	}
	drained := m.asked || m.canceled
	switch {
	case m.over || m.running() > 0:
	case m.kind == "MapSeq" || m.kind == "MapUnordered":
		if drained && m.held == 0 && !m.left && (!m.asked || m.spoilt()) {
			m.last, m.left = context.Canceled, true
		}
		m.over = m.left || drained && m.held == 0
	case m.kind == "AsCompleted":
		for i := m.taken; m.canceled && i < m.n && !m.left; i++ { // not called
			m.out = append(m.out, i)
			m.left = len(m.out) == m.breakAfter
		}
		m.over = true
	default:
		m.over = true
	}
}

func (m *callModel) spoilt() bool {
	return slices.ContainsFunc(m.items, func(it *calledItem) bool { return it.err != nil })
}

// take is what a loop does that takes each result at once.
func (m *callModel) take() {
	for !m.left {
		if m.kind == "MapSeq" && len(m.out) < m.taken && m.items[len(m.out)].ended {
			m.ready = append(m.ready, len(m.out))
		}
		if len(m.ready) == 0 {
			return
		}
		i := m.ready[0]
		m.ready = m.ready[1:]
		m.held--
		if it := m.items[i]; it.err != nil && m.kind != "AsCompleted" {
			m.last, m.left = m.why(i), true
			m.cancel(false)
			return
		}
		m.out = append(m.out, i)
		if len(m.out) == m.breakAfter {
			m.left = true
			m.cancel(false)
		}
	}
}

// why is the error in the place of an item without a value.
func (m *callModel) why(i int) error {
	switch it := m.items[i]; {
	case !it.noise:
		return it.err
	case !m.byCtx && len(m.failures) > 0:
		return m.items[m.failures[0]].err
	}
	return context.Canceled
}

// begin makes the call.
func (m *callModel) begin(ctx context.Context) {
	numbers := make([]int, m.n)
	var fns []taskgroup.Func[int]
	for i := range numbers {
		numbers[i] = i
	}
	fn := func(ctx context.Context, i int) (int, error) {
		it := m.items[i]
		it.began = true
		defer func() { it.reallyOut = true }()
		var end <-chan struct{}
		if !it.stubborn {
			end = ctx.Done()
		}
		select {
		case err := <-it.finish:
			if err == taskgroup.ErrGoexit {
				runtime.Goexit()
			}
			return i, err
		case <-end:
			return 0, ctx.Err()
		}
	}
	for i := range numbers {
		fns = append(fns, func(ctx context.Context) (int, error) { return fn(ctx, i) })
	}
	loop := func(v int, err error) (on bool) {
		if m.lastPair = err; err == nil {
			m.got = append(m.got, v)
		}
		return len(m.got) != m.breakAfter
	}
	call := map[string]func(){
		"Gather":    func() { m.values, m.err = taskgroup.Gather(ctx, fns...) },
		"Map":       func() { m.values, m.err = taskgroup.Map(ctx, m.limit, numbers, fn) },
		"Settle":    func() { m.results = taskgroup.Settle(ctx, fns...) },
		"SettleMap": func() { m.results = taskgroup.SettleMap(ctx, m.limit, numbers, fn) },
		"Race":      func() { m.values = make([]int, 1); m.values[0], m.err = taskgroup.Race(ctx, fns...) },
		"FirstSuccess": func() {
			m.values = make([]int, 1)
			m.values[0], m.err = taskgroup.FirstSuccess(ctx, fns...)
		},
		"AsCompleted": func() {
			for r := range taskgroup.AsCompleted(ctx, fns...) {
				if m.results = append(m.results, r); !loop(r.Index, nil) {
					break
				}
			}
		},
		"ForEach": func() {
			m.err = taskgroup.ForEach(ctx, m.limit, slices.Values(numbers), func(ctx context.Context, i int) error {
				_, err := fn(ctx, i)
				return err
			})
		},
		"MapSeq":       func() { taskgroup.MapSeq(ctx, m.limit, slices.Values(numbers), fn)(loop) },
		"MapUnordered": func() { taskgroup.MapUnordered(ctx, m.limit, slices.Values(numbers), fn)(loop) },
	}[m.kind]
	go func() {
		call()
		m.returned = true
	}()
}

// check compares what has happened with the model.
func (m *callModel) check(t *testing.T, log []string) {
	t.Helper()
	for i, it := range m.items {
		assert.Equal(t, i < m.taken, it.began, "has %d begun? %q", i, log)
		assert.Equal(t, it.ended, it.reallyOut, "has %d ended? %q", i, log)
	}
	switch {
	case m.kind != "AsCompleted":
		assert.Equal(t, append([]int{}, m.out...), append([]int{}, m.got...), log)
	case m.left: // of those that end together any may have been the last
		assert.Len(t, m.got, len(m.out), log)
	default:
		assert.ElementsMatch(t, m.out, m.got, log)
	}
	if !assert.Equal(t, m.over, m.returned, "has it returned? %q", log) || !m.over {
		return
	}
	whole := m.taken == m.n && !m.spoilt()
	switch m.kind {
	case "Race", "FirstSuccess":
		if m.n == 0 {
			assert.Equal(t, taskgroup.ErrNoTasks, m.err, log)
			return
		}
		if m.winner >= 0 {
			assert.NoError(t, m.err, log)
			assert.Equal(t, m.winner, m.values[0], log)
			return
		}
		m.checkError(t, log)
	case "Settle", "SettleMap":
		m.checkResults(t, m.results, log)
	case "AsCompleted":
		if m.breakAfter < 0 {
			m.checkResults(t, m.results, log)
		}
	case "MapSeq", "MapUnordered":
		assert.ErrorIs(t, m.lastPair, m.last, log)
		if te, ok := m.lastPair.(*taskgroup.TaskError); ok {
			assert.Equal(t, m.items[te.Index].err, te.Err, log)
		}
	case "ForEach":
		if whole && m.asked {
			assert.NoError(t, m.err, log)
			return
		}
		m.checkError(t, log)
	default:
		if !whole {
			assert.Nil(t, m.values, log)
			m.checkError(t, log)
			return
		}
		assert.NoError(t, m.err, log)
		want := []int{}
		for i := range m.n {
			want = append(want, i)
		}
		assert.Equal(t, want, m.values, log)
	}
}

// checkError checks a *GroupError: the first failure in time, then the others in
// order, and the end of ctx.
func (m *callModel) checkError(t *testing.T, log []string) {
	t.Helper()
	ge, ok := m.err.(*taskgroup.GroupError)
	if !assert.True(t, ok, "%v: %q", m.err, log) {
		return
	}
	want := slices.Clone(m.failures)
	if len(want) > 1 {
		slices.Sort(want[1:])
	}
	got, errs := failed(ge)
	assert.Equal(t, append([]int{}, want...), append([]int{}, got...), log)
	for j, i := range want {
		assert.ErrorIs(t, errs[j], m.items[i].err, log)
	}
	if m.ctxDone {
		assert.ErrorIs(t, ge.Cause, context.Canceled, log)
		assert.ErrorIs(t, ge.Cause, errWhy, log)
	} else {
		assert.NoError(t, ge.Cause, log)
	}
}

// checkResults checks that there is a result for each function.
func (m *callModel) checkResults(t *testing.T, results []taskgroup.Result[int], log []string) {
	t.Helper()
	if !assert.Len(t, results, m.n, log) {
		return
	}
	for _, r := range results {
		it := m.items[r.Index]
		if !it.ended {
			assert.ErrorIs(t, r.Err, errWhy, "%d was not called: %q", r.Index, log)
			continue
		}
		assert.Equal(t, it.err, r.Err, log)
		if it.err == nil {
			assert.Equal(t, r.Index, r.Value, log)
		}
	}
}

// playCalls makes calls one after the other and has their functions end as the
// script says, and compares after each step which have begun, and what the call
// has answered.
func playCalls(t *testing.T, s *script) {
	t.Helper()
	for len(s.Data) > 0 && !t.Failed() {
		m := &callModel{kind: callKinds[s.Next(len(callKinds))], n: s.Next(7), limit: taskgroup.NoLimit, winner: -1, breakAfter: -1}
		switch {
		case m.sequence():
			m.limit = 1 + s.Next(4)
		case m.kind == "Map" || m.kind == "SettleMap":
			if m.limit = s.Next(4); m.limit == 0 {
				m.limit = taskgroup.NoLimit
			}
		}
		if m.kind != "ForEach" && s.Next(3) == 0 {
			m.breakAfter = 1 + s.Next(3)
			if m.sequence() { // or the last step could make room for one more
				m.n = min(m.n, m.limit)
			}
		}
		for range m.n {
			m.items = append(m.items, &calledItem{stubborn: s.Next(3) == 0, finish: make(chan error)})
		}
		s.Note("%s of %d, limit %d, break after %d", m.kind, m.n, m.limit, m.breakAfter)
		ctx, cancel := context.WithCancelCause(t.Context())
		endCtx := func() {
			s.Note("end of ctx")
			m.ctxDone = true
			m.cancel(true)
			m.goOn()
			cancel(errWhy)
		}
		if s.Next(12) == 0 {
			endCtx()
		}
		m.goOn()
		m.begin(ctx)
		for step := 0; !t.Failed(); step++ {
			synctest.Wait()
			if m.check(t, s.Log); m.over {
				break
			}
			if s.Next(16) == 0 && !m.ctxDone && len(s.Data) > 0 {
				endCtx()
				continue
			}
			var able []int
			for i, it := range m.items {
				if it.running {
					able = append(able, i)
				}
			}
			if len(able) == 0 { // the model says that it hangs
				assert.Fail(t, "nothing runs", "%q", s.Log)
				break
			}
			i := able[s.Next(len(able))]
			err := [...]error{nil, nil, nil, nil, fmt.Errorf("failure %d", i), context.Canceled, taskgroup.ErrGoexit}[s.Next(7)]
			s.Note("end %d with %v", i, err)
			finish := m.items[i].finish
			m.end(i, err)
			finish <- err
		}
		cancel(nil)
		for range m.items { // if the test has failed
			synctest.Wait()
			for _, it := range m.items {
				if it.began && !it.reallyOut {
					it.finish <- nil
					break
				}
			}
		}
	}
}

// A byte string says which calls are made and how their functions end.
func FuzzCalls(f *testing.F) { fuzz(f, playCalls) }

// Rules 1, 2, 5 and 7, G-01, G-03, A-02, Z-01: functions begin in order and never
// more than the limit, and the call answers for every one of them.
func TestCallsDoAsTheModel(t *testing.T) { playMany(t, playCalls) }
