package queue_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/queue"
)

// A model is what a queue should do, written without goroutines: the calls that
// wait are in a slice, and a call that is served gets an answer.
type model struct {
	kind                      string
	limit                     int
	items                     []int // in order of arrival; only the tens count as the priority
	unfinished                int
	down                      bool
	now                       time.Duration
	putters, getters, joiners []*expected
}

// expected is what a call should have answered by now.
type expected struct {
	name     string
	size     int // of a batch
	within   bool
	deadline time.Duration // of a batch that has an item, since the start
	items    []int
	err      error
	returned bool
}

func (e *expected) answer(err error) { e.err, e.returned = err, true }

func (m *model) full() bool { return m.limit > 0 && len(m.items) >= m.limit }

func (m *model) put(e *expected, wait, done bool, v int) {
	switch {
	case done:
		e.answer(context.Canceled)
	case m.down:
		e.answer(queue.ErrShutdown)
	case len(m.getters) > 0:
		m.unfinished++
		g := m.getters[0]
		m.getters = m.getters[1:]
		m.collect(g, v)
		e.answer(nil)
	case !m.full():
		m.unfinished++
		m.items = append(m.items, v)
		e.answer(nil)
	case wait:
		e.size = v
		m.putters = append(m.putters, e)
	default:
		e.answer(queue.ErrFull)
	}
}

func (m *model) pop() int {
	at := 0
	switch m.kind {
	case "lifo":
		at = len(m.items) - 1
	case "priority":
		for i, v := range m.items {
			if v/10 < m.items[at]/10 {
				at = i
			}
		}
	}
	v := m.items[at]
	m.items = slices.Delete(m.items, at, at+1)
	if len(m.putters) > 0 && !m.full() {
		m.unfinished++
		m.items = append(m.items, m.putters[0].size)
		m.putters[0].answer(nil)
		m.putters = m.putters[1:]
	}
	return v
}

// collect gives items to a call that gets, and has it wait for more if it is
// one that does.
func (m *model) collect(e *expected, items ...int) {
	if len(e.items) == 0 {
		e.deadline = m.now + span
	}
	e.items = append(e.items, items...)
	if e.within && len(e.items) < e.size && !m.down {
		m.getters = append(m.getters, e)
		return
	}
	e.answer(nil)
}

// pass lets time pass.
func (m *model) pass(d time.Duration) {
	m.now += d
	m.getters = slices.DeleteFunc(m.getters, func(e *expected) bool {
		over := len(e.items) > 0 && e.deadline <= m.now
		if over {
			e.answer(nil)
		}
		return over
	})
}

// takenOut is for how many items TaskDone may be called.
func (m *model) takenOut() int {
	n := m.unfinished - len(m.items)
	for _, e := range m.getters {
		n -= len(e.items)
	}
	return n
}

func (m *model) get(e *expected, wait, done bool) {
	switch {
	case done:
		e.answer(context.Canceled)
	case len(m.items) > 0:
		var items []int
		for range max(e.size, 1) {
			if len(m.items) > 0 {
				items = append(items, m.pop())
			}
		}
		m.collect(e, items...)
	case m.down:
		e.answer(queue.ErrShutdown)
	case wait:
		m.getters = append(m.getters, e)
	default:
		e.answer(queue.ErrEmpty)
	}
}

func (m *model) join(e *expected, done bool) {
	switch {
	case m.unfinished == 0:
		e.answer(nil)
	case done:
		e.answer(context.Canceled)
	default:
		m.joiners = append(m.joiners, e)
	}
}

func (m *model) finish(n int) {
	if m.unfinished -= n; m.unfinished == 0 {
		for _, e := range m.joiners {
			e.answer(nil)
		}
		m.joiners = nil
	}
}

func (m *model) shutdown() {
	m.down = true
	for _, e := range slices.Concat(m.putters, m.getters) {
		if len(e.items) > 0 {
			e.answer(nil)
			continue
		}
		e.answer(queue.ErrShutdown)
	}
	m.putters, m.getters = nil, nil
}

func (m *model) shutdownNow() (items []int) {
	m.shutdown()
	for len(m.items) > 0 {
		items = append(items, m.pop())
	}
	m.finish(len(items))
	return items
}

func (m *model) cancel(e *expected) {
	for _, l := range []*[]*expected{&m.putters, &m.getters, &m.joiners} {
		if i := slices.Index(*l, e); i >= 0 {
			*l = slices.Delete(*l, i, i+1)
			if len(e.items) > 0 {
				e.answer(nil)
				continue
			}
			e.answer(context.Canceled)
		}
	}
}

// span is for how long a batch waits for more.
const span = 10 * time.Millisecond

// A pair is a call and what it should answer.
type pair struct {
	*call
	want   *expected
	cancel context.CancelFunc
}

// run plays a script on a queue and on the model, and compares after each step.
// Two bytes are a step: what, and with which number.
func run(t *testing.T, script []byte) {
	t.Helper()
	if len(script) < 2 {
		return
	}
	kind := []string{"fifo", "lifo", "priority"}[script[0]%3]
	m := &model{kind: kind, limit: int(script[1] % 4)}
	q := map[string]func(int) *queue.Queue[int]{
		"fifo": queue.New[int], "lifo": queue.NewLIFO[int],
		"priority": func(n int) *queue.Queue[int] {
			return queue.NewPriority(n, func(a, b int) int { return cmp.Compare(a/10, b/10) })
		},
	}[kind](m.limit)

	var pairs []*pair
	begin := func(name string, ctx context.Context, f func(ctx context.Context) ([]int, error)) *expected {
		ctx, cancel := context.WithCancel(ctx)
		p := &pair{want: &expected{name: name}, cancel: cancel}
		p.call = start(func() ([]int, error) { return f(ctx) })
		pairs = append(pairs, p)
		return p.want
	}
	history := fmt.Sprintf("%s(%d)", kind, m.limit)
	for script = script[2:]; len(script) >= 2; script = script[2:] {
		n := int(script[1])
		ctx := t.Context()
		dead := script[0]&0x80 != 0
		if dead {
			ctx = done()
		}
		what := [...]string{
			"Put", "Put", "Get", "Get", "TryPut", "TryGet", "GetBatch", "TaskDone",
			"Join", "cancel", "cancel", "Put", "Get", "TaskDone", "Shutdown", "ShutdownNow",
			"GetBatchWithin", "GetBatchWithin", "GetBatchWithin", "sleep", "sleep", "Put", "TaskDone", "cancel",
		}[script[0]&0x1f%24]
		history += fmt.Sprintf(" %s %d", what, n)
		switch what {
		case "Put":
			m.put(begin(history, ctx, func(ctx context.Context) ([]int, error) { return nil, q.Put(ctx, n) }), true, dead, n)
		case "Get":
			m.get(begin(history, ctx, func(ctx context.Context) ([]int, error) {
				v, err := q.Get(ctx)
				if err != nil {
					return nil, err
				}
				return []int{v}, nil
			}), true, dead)
		case "TryPut":
			m.put(begin(history, ctx, func(context.Context) ([]int, error) { return nil, q.TryPut(n) }), false, false, n)
		case "TryGet":
			m.get(begin(history, ctx, func(context.Context) ([]int, error) {
				v, err := q.TryGet()
				if err != nil {
					return nil, err
				}
				return []int{v}, nil
			}), false, false)
		case "GetBatch":
			size := 1 + n%4
			e := begin(history, ctx, func(ctx context.Context) ([]int, error) { return batch(ctx, q, size)() })
			e.size = size
			m.get(e, true, dead)
		case "GetBatchWithin":
			size := 1 + n%4
			e := begin(history, ctx, func(ctx context.Context) ([]int, error) { return within(ctx, q, span, size)() })
			e.size, e.within = size, true
			m.get(e, true, dead)
		case "sleep":
			d := time.Duration(n%7) * time.Millisecond
			m.pass(d)
			q.Len() // so that what was read above happened before a batch returns
			time.Sleep(d)
		case "TaskDone":
			wrong := m.takenOut() <= 0
			if !wrong {
				m.finish(1)
			}
			err := panicked(q.TaskDone)
			assert.Equal(t, wrong, errors.Is(err, queue.ErrTaskDone), history)
		case "Join":
			m.join(begin(history, ctx, func(ctx context.Context) ([]int, error) { return nil, q.Join(ctx) }), dead)
		case "cancel":
			if len(pairs) > 0 {
				p := pairs[n%len(pairs)]
				m.cancel(p.want)
				p.cancel()
			}
		case "Shutdown":
			m.shutdown()
			q.Shutdown()
		case "ShutdownNow":
			assert.Equal(t, list(m.shutdownNow()), list(q.ShutdownNow()), history)
		}
		synctest.Wait()
		assert.Equal(t, len(m.items), q.Len(), history)
		assert.Equal(t, m.unfinished, q.Unfinished(), history)
		puts, gets := q.Waiting()
		assert.Equal(t, []int{len(m.putters), len(m.getters)}, []int{puts, gets}, history)
		for _, p := range pairs {
			assert.Equal(t, p.want.returned, p.returned, "%s: has %q returned?", history, p.want.name)
			if p.returned {
				assert.ErrorIs(t, p.err, p.want.err, history)
				assert.Equal(t, list(p.want.items), list(p.items), history)
			}
		}
		if t.Failed() {
			break
		}
	}
	for _, p := range pairs {
		p.cancel()
	}
	synctest.Wait()
}

// list makes nothing and an empty list the same.
func list(items []int) []int { return append([]int{}, items...) }

func TestModel(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10)) //nolint:gosec // chance enough for a test
	scripts := 600
	if testkit.Race {
		scripts = 150
	}
	for range scripts {
		script := make([]byte, 2+2*random.IntN(60))
		for i := range script {
			script[i] = byte(random.Uint32())
			if i >= 2 && i%2 == 0 && random.IntN(8) > 0 {
				// The end, and contexts that are done, are for seldom.
				if script[i] %= 22; script[i] >= 14 {
					script[i] += 2
				}
			}
		}
		synctest.Test(t, func(t *testing.T) { run(t, script) })
		if t.Failed() {
			return
		}
	}
}

// FuzzModel plays any sequence of calls on a queue and on the model. Which
// lines run depends on the scheduler, too, so keep the fuzzer from trying for
// long to make an interesting script shorter: -fuzzminimizetime 5x.
func FuzzModel(f *testing.F) {
	f.Add([]byte{2, 1, 0, 5, 0, 3, 0, 4, 2, 0, 6, 3, 14, 0, 5, 0, 15, 0})
	f.Add([]byte{1, 2, 2, 0, 6, 2, 0, 7, 0, 8, 9, 0, 8, 0, 7, 0, 7, 0})
	f.Add([]byte{0, 0, 16, 2, 0, 1, 7, 0, 2, 0, 0, 2, 0, 3, 19, 6, 19, 6, 7, 0, 7, 0, 14, 0})
	f.Add([]byte{2, 1, 0, 5, 0, 1, 16, 3, 0, 2, 9, 2, 16, 2, 0, 9, 14, 0, 7, 0})
	f.Add([]byte{0, 3, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 9, 3, 6, 3, 15, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 400 {
			return // it would only take long
		}
		synctest.Test(t, func(t *testing.T) { run(t, script) })
	})
}
