package semaphore_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/semaphore"
)

// keyed is what a Keyed does, and a Lock with its only key.
type keyed interface {
	Acquire(ctx context.Context, key int) error
	TryAcquire(key int) bool
	Release(key int)
}

type keyedLock struct{ l semaphore.Lock }

func (k *keyedLock) Acquire(ctx context.Context, _ int) error { return k.l.Lock(ctx) }
func (k *keyedLock) TryAcquire(int) bool                      { return k.l.TryLock() }
func (k *keyedLock) Release(int)                              { k.l.Unlock() }

// keyedModel says in plain words what a Keyed does.
type keyedModel struct {
	limit int
	held  map[int]int
	lines map[int][]*request // a request's n is its key
}

func (m *keyedModel) acquire(r *request) {
	if r.over = m.held[r.n] < m.limit; r.over {
		m.held[r.n]++
	} else {
		m.lines[r.n] = append(m.lines[r.n], r)
	}
}

func (m *keyedModel) release(key int) bool {
	if line := m.lines[key]; len(line) > 0 {
		line[0].over = true
		m.lines[key] = line[1:]
		return true
	}
	if m.held[key] == 0 {
		return false
	}
	m.held[key]--
	return true
}

func (m *keyedModel) cancel(r *request) {
	if i := slices.Index(m.lines[r.n], r); i >= 0 {
		m.lines[r.n] = slices.Delete(m.lines[r.n], i, i+1)
		r.over, r.err = true, context.Canceled
	}
}

// used returns how many keys are held or waited for.
func (m *keyedModel) used() (n int) {
	for key := range 4 {
		if m.held[key] > 0 || len(m.lines[key]) > 0 {
			n++
		}
	}
	return n
}

// playKeyed has a Keyed or a Lock and the model do what the script says, and
// compares after each step which calls wait, and with what the others have
// returned.
func playKeyed(t *testing.T, s *script) {
	t.Helper()
	m := &keyedModel{limit: s.Next(4), held: map[int]int{}, lines: map[int][]*request{}}
	keys := 4
	var k keyed
	var lock *keyedLock
	if m.limit == 0 {
		m.limit, keys = 1, 1
		lock = new(keyedLock)
		k = lock
	} else {
		k = semaphore.NewKeyed[int](m.limit)
	}
	s.Note("limit %v, keys %v", m.limit, keys)
	var requests []*request
	release := func(key int) {
		switch {
		case m.release(key):
			k.Release(key)
		case lock != nil:
			assertMisuse(t, func() { k.Release(key) }, semaphore.ErrNotLocked)
		default:
			assertMisuse(t, func() { k.Release(key) }, semaphore.ErrOverRelease)
		}
	}
	for len(s.Data) > 0 && !t.Failed() {
		op, key := s.Next(16), s.Next(keys)
		var waiting *request
		if line := m.lines[key]; len(line) > 0 {
			waiting = line[s.Next(len(line))]
		}
		switch {
		case op < 5:
			s.Note("acquire %v", key)
			ctx, cancel := context.WithCancel(t.Context())
			r := &request{n: key, cancel: cancel}
			requests = append(requests, r)
			m.acquire(r)
			r.real = begin(func() error { return k.Acquire(ctx, key) })
		case op < 6:
			s.Note("try %v", key)
			want := m.held[key] < m.limit
			if want {
				m.held[key]++
			}
			assert.Equal(t, want, k.TryAcquire(key))
		case op < 7:
			s.Note("done %v", key)
			assert.ErrorIs(t, k.Acquire(canceled(t), key), context.Canceled)
		case op < 11:
			s.Note("release %v", key)
			release(key)
		case waiting == nil:
		case op < 13:
			s.Note("cancel one of %v", key)
			m.cancel(waiting)
			waiting.cancel()
		case op < 14: // without yielding
			s.Note("cancel one, release %v", key)
			m.cancel(waiting)
			waiting.cancel()
			release(key)
		default: // without yielding
			s.Note("release %v, cancel one", key)
			release(key)
			waiting.cancel()
			synctest.Wait()
			if waiting.over && waiting.real.err != nil {
				waiting.err = context.Canceled // it was given a permit, and has given it back
				m.release(key)
			} else {
				m.cancel(waiting)
			}
		}
		synctest.Wait()
		for i, r := range requests {
			assert.Equal(t, r.over, r.real.returned, "request %d for %d", i, r.n)
			assert.ErrorIs(t, r.real.err, r.err, "request %d for %d", i, r.n)
		}
		if lock != nil {
			assert.Equal(t, m.held[0] > 0, lock.l.Locked())
		} else {
			assert.Equal(t, m.used(), k.(*semaphore.Keyed[int]).Len())
		}
	}
	for _, r := range requests {
		r.cancel()
	}
}

// A byte string drives a Keyed or a Lock and the model of it.
func FuzzKeyed(f *testing.F) { fuzz(f, playKeyed) }

// Rule 6, P-76, L-05: whatever happens, each key has its own line, and is
// forgotten when no call holds or waits for it.
func TestKeyedDoesAsTheModel(t *testing.T) { playMany(t, playKeyed) }
