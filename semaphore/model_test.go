package semaphore_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
	"example.com/asyncgo/semaphore"
)

// model says in plain words what a Semaphore does: no channels, no locks, one
// thing after the other.
type model struct {
	counting, closed bool
	limit, held      int // of a counting one, held may be negative
	line             []*request
}

// request is an AcquireN, in the model and for real.
type request struct {
	n      int
	over   bool // as the model has it
	err    error
	real   *call
	cancel context.CancelFunc
}

func (m *model) free() int { return m.limit - m.held }

func (m *model) fits(n int) bool { return !m.closed && len(m.line) == 0 && n <= m.free() }

func (m *model) tooLarge(n int) bool { return !m.counting && m.limit > 0 && n > m.limit }

func (m *model) acquire(r *request) {
	switch {
	case m.closed:
		r.over, r.err = true, semaphore.ErrClosed
	case m.tooLarge(r.n):
		r.over, r.err = true, semaphore.ErrTooLarge
	case m.fits(r.n):
		r.over = true
		m.held += r.n
	default:
		m.line = append(m.line, r)
	}
}

func (m *model) serve() {
	for len(m.line) > 0 && m.line[0].n <= m.free() {
		m.line[0].over = true
		m.held += m.line[0].n
		m.line = m.line[1:]
	}
}

func (m *model) release(n int) bool {
	if !m.counting && n > m.held {
		return false
	}
	m.held -= n
	m.serve()
	return true
}

func (m *model) cancel(r *request) {
	i := slices.Index(m.line, r)
	if i < 0 {
		return
	}
	m.line = slices.Delete(m.line, i, i+1)
	r.over, r.err = true, context.Canceled
	m.serve()
}

func (m *model) refuse(refused func(*request) bool, err error) {
	m.line = slices.DeleteFunc(m.line, func(r *request) bool {
		if refused(r) {
			r.over, r.err = true, err
			return true
		}
		return false
	})
}

func (m *model) resize(n int) {
	m.limit = n
	m.refuse(func(r *request) bool { return m.tooLarge(r.n) }, semaphore.ErrTooLarge)
	m.serve()
}

func (m *model) close() {
	m.closed = true
	m.refuse(func(*request) bool { return true }, semaphore.ErrClosed)
}

func (m *model) stats() semaphore.Stats {
	st := semaphore.Stats{Available: max(m.free(), 0), Waiting: len(m.line)}
	if !m.counting {
		st.Limit, st.Held = m.limit, m.held
	}
	return st
}

// runModel has a semaphore and the model do what data says, and compares after
// each step which calls wait, with what the others have returned, and the
// Stats.
func runModel(t *testing.T, data []byte) {
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
		var s *semaphore.Semaphore
		m := new(model)
		if size := next(6); next(4) == 0 {
			s = semaphore.NewCounting(size)
			m.counting, m.limit, m.held = true, math.MaxInt, math.MaxInt-size
		} else {
			s = semaphore.New(size)
			m.limit = size
		}
		var requests []*request
		var log []string
		release := func(n int) {
			if m.release(n) {
				s.ReleaseN(n)
			} else {
				assertMisuse(t, func() { s.ReleaseN(n) }, semaphore.ErrOverRelease)
			}
		}
		for len(data) > 0 && !t.Failed() {
			op, n := next(16), 1+next(4)
			var waiting *request
			if len(m.line) > 0 {
				waiting = m.line[next(len(m.line))]
			}
			switch {
			case op < 5:
				log = append(log, fmt.Sprint("acquire ", n))
				ctx, cancel := context.WithCancel(t.Context())
				r := &request{n: n, cancel: cancel}
				requests = append(requests, r)
				m.acquire(r)
				r.real = begin(func() error { return s.AcquireN(ctx, n) })
			case op < 6:
				log = append(log, fmt.Sprint("try ", n))
				want := m.fits(n)
				if want {
					m.held += n
				}
				assert.Equal(t, want, s.TryAcquireN(n))
			case op < 10:
				log = append(log, fmt.Sprint("release ", n))
				release(n)
			case op < 11:
				log = append(log, fmt.Sprint("done ", n))
				assert.ErrorIs(t, s.AcquireN(canceled(t), n), context.Canceled)
			case op < 12 && !m.counting:
				size := next(6)
				log = append(log, fmt.Sprint("resize ", size))
				m.resize(size)
				s.Resize(size)
			case op < 13 && next(8) == 0:
				log = append(log, "close")
				m.close()
				s.Close()
			case waiting != nil && op < 14:
				log = append(log, fmt.Sprint("cancel ", waiting.n))
				m.cancel(waiting)
				waiting.cancel()
			case waiting != nil && op < 15: // without yielding
				if !m.counting && n > m.held { // whether it is too much depends on which is first
					break
				}
				log = append(log, fmt.Sprint("cancel ", waiting.n, ", release ", n))
				m.cancel(waiting)
				waiting.cancel()
				release(n)
			case waiting != nil: // without yielding
				log = append(log, fmt.Sprint("release ", n, ", cancel ", waiting.n))
				release(n)
				waiting.cancel()
				synctest.Wait()
				if waiting.over && waiting.real.err != nil {
					// It was given permits, and has given them back.
					waiting.err = context.Canceled
					m.held -= waiting.n
					m.serve()
				} else {
					m.cancel(waiting)
				}
			}
			synctest.Wait()
			for i, r := range requests {
				assert.Equal(t, r.over, r.real.returned, "request %d for %d", i, r.n)
				assert.ErrorIs(t, r.real.err, r.err, "request %d for %d", i, r.n)
			}
			assert.Equal(t, m.stats(), s.Stats())
			assert.Equal(t, !m.closed && !m.fits(1), s.Locked())
		}
		if t.Failed() {
			t.Log(log)
		}
		s.Close()
		for _, r := range requests {
			r.cancel()
		}
	})
}

// A byte string drives a semaphore and the model of it.
func FuzzSemaphore(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f.Add(testkit.RandomBytes(r, 60))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 {
			data = data[:400]
		}
		runModel(t, data)
	})
}

func TestSemaphoreDoesAsTheModel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		if runModel(t, testkit.RandomBytes(r, 200)); t.Failed() {
			return
		}
	}
}
