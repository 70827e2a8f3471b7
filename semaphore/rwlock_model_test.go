package semaphore_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// rwModel says in plain words what an RWLock does.
type rwModel struct {
	writing bool
	reading int
	line    []*rwCall
}

// rwCall is a call of Lock or RLock, in the model and for real.
type rwCall struct {
	write, over bool
	err         error
	real        *call
	cancel      context.CancelFunc
}

func (m *rwModel) fits(write bool) bool {
	if write {
		return !m.writing && m.reading == 0
	}
	return !m.writing
}

func (m *rwModel) take(write bool) {
	if m.writing = write; !write {
		m.reading++
	}
}

func (m *rwModel) lock(c *rwCall) {
	m.line = append(m.line, c)
	m.grant()
}

func (m *rwModel) grant() {
	for len(m.line) > 0 && m.fits(m.line[0].write) {
		m.line[0].over = true
		m.take(m.line[0].write)
		m.line = m.line[1:]
	}
}

func (m *rwModel) unlock(write bool) (held bool) {
	switch {
	case write && m.writing:
		m.writing = false
	case !write && m.reading > 0:
		m.reading--
	default:
		return false
	}
	m.grant()
	return true
}

func (m *rwModel) cancel(c *rwCall) {
	if i := slices.Index(m.line, c); i >= 0 {
		m.line = slices.Delete(m.line, i, i+1)
		c.over, c.err = true, context.Canceled
		m.grant()
	}
}

// playRWLock has a lock and the model do what the script says, and compares
// after each step which calls wait and what the others have returned.
func playRWLock(t *testing.T, s *script) {
	t.Helper()
	var l semaphore.RWLock
	m := new(rwModel)
	var all []*rwCall
	lock := func(ctx context.Context, write bool) error {
		if write {
			return l.Lock(ctx)
		}
		return l.RLock(ctx)
	}
	unlock := func(write bool) {
		f := l.RUnlock
		if write {
			f = l.Unlock
		}
		if m.unlock(write) {
			f()
		} else {
			assertMisuse(t, f, semaphore.ErrNotLocked)
		}
	}
	for len(s.Data) > 0 && !t.Failed() {
		op, write := s.Next(16), s.Next(3) == 0
		var waiting *rwCall
		if len(m.line) > 0 {
			waiting = m.line[s.Next(len(m.line))]
		}
		switch {
		case op < 5:
			s.Note("lock %v", write)
			ctx, cancel := context.WithCancel(t.Context())
			c := &rwCall{write: write, cancel: cancel}
			all = append(all, c)
			m.lock(c)
			c.real = begin(func() error { return lock(ctx, write) })
		case op < 7:
			s.Note("try %v", write)
			want := len(m.line) == 0 && m.fits(write)
			if want {
				m.take(write)
			}
			if write {
				assert.Equal(t, want, l.TryLock())
			} else {
				assert.Equal(t, want, l.TryRLock())
			}
		case op < 8:
			s.Note("done %v", write)
			assert.ErrorIs(t, lock(canceled(t), write), context.Canceled)
		case op < 11:
			s.Note("unlock %v", m.writing)
			unlock(m.writing)
		case op < 12: // perhaps the wrong way
			s.Note("unlock %v", write)
			unlock(write)
		case waiting == nil:
		case op < 14:
			s.Note("cancel %v", waiting.write)
			m.cancel(waiting)
			waiting.cancel()
		case op < 15: // without yielding
			s.Note("cancel %v, unlock %v", waiting.write, m.writing)
			// The canceled call may still be in line when the lock comes free.
			// Then it is granted and passes the lock on, which comes to the
			// same.
			held := m.writing
			m.cancel(waiting)
			waiting.cancel()
			if held || m.reading > 0 {
				unlock(held)
			}
		default: // without yielding
			s.Note("unlock %v, cancel %v", m.writing, waiting.write)
			unlock(m.writing)
			waiting.cancel()
			synctest.Wait()
			if waiting.over && waiting.real.err != nil {
				// It was granted, and has passed the lock on.
				waiting.err = context.Canceled
				m.unlock(waiting.write)
			} else {
				m.cancel(waiting)
			}
		}
		synctest.Wait()
		writers, readers := 0, 0
		for i, c := range all {
			assert.Equal(t, c.over, c.real.returned, "call %d", i)
			assert.ErrorIs(t, c.real.err, c.err, "call %d", i)
		}
		for _, c := range m.line {
			if c.write {
				writers++
			} else {
				readers++
			}
		}
		w, r := l.Waiting()
		assert.Equal(t, []int{writers, readers}, []int{w, r})
	}
	for _, c := range all {
		c.cancel()
	}
}

// A byte string drives a readers-writer lock and the model of it.
func FuzzRWLock(f *testing.F) { fuzz(f, playRWLock) }

func TestRWLockDoesAsTheModel(t *testing.T) { playMany(t, playRWLock) }
