package distributed

import "container/list"

// request is a request for permits: behind, then in the line, then served. mu
// of its semaphoreCore guards it.
//
//	behind -> in the line   letIn, when fewer than 64 of this client wait there
//	in the line -> served   see: granted gets the place
//	any -> to enter again   the place, or the session, is gone: granted is closed
//	any -> left             leave, by its owner
type request struct {
	weight  int
	wait    bool // false: it must be served at once or not at all
	granted chan place
	entered chan error // has room for one: what the change of the line has led to

	id      string // of the place; "" before it is in the line
	in      uint64 // the newest revision with the place in the line
	place   *list.Element
	full    bool // not served at once
	permits int  // of the semaphore, if it has too few; else 0
}

// newRequest begins a request in its order.
func (k *semaphoreCore) newRequest(weight int, wait bool) *request {
	r := &request{weight: weight, wait: wait, granted: make(chan place, 1), entered: make(chan error, 1)}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !wait {
		k.enter(r)
		return r
	}
	r.place = k.behind.PushBack(r)
	k.letIn()
	return r
}

// letIn lets requests that are behind into the line. mu is held.
func (k *semaphoreCore) letIn() {
	for k.inLine < maxWaiters {
		first := k.behind.Front()
		if first == nil {
			return
		}
		r := first.Value.(*request) //nolint:forcetypeassert // nothing else is in it
		k.behind.Remove(first)
		r.place = nil
		k.enter(r)
	}
}

// enter puts a request into the line, under the session that is alive. mu is
// held.
func (k *semaphoreCore) enter(r *request) {
	session := k.session.alive()
	if session == "" {
		close(r.granted)
		return
	}
	r.id = session + "/" + k.c.nextSerial()
	k.requests[r.id] = r
	k.inLine++
	select {
	case k.waiter <- struct{}{}:
	default:
	}
	k.changeLocked(func(l *line) {
		r.full, r.permits = false, 0
		switch {
		case l.find(r.id) != nil:
		case r.weight > l.Permits:
			r.permits = l.Permits
		case !r.wait && !l.fits(r.weight):
			r.full = true
		default:
			l.enter(r.id, r.weight)
		}
	}, r.entered)
}

// takeOut takes a request out of the line of this client. mu is held.
func (k *semaphoreCore) takeOut(r *request) {
	if k.requests[r.id] != r {
		return
	}
	delete(k.requests, r.id)
	k.inLine--
	k.letIn()
}

// leave ends a request, and gives back what it was granted.
func (k *semaphoreCore) leave(r *request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.place != nil {
		k.behind.Remove(r.place)
		r.place = nil
	}
	if r.id == "" {
		return
	}
	k.takeOut(r)
	delete(k.held, r.id)
	k.changeLocked(func(l *line) { l.remove(r.id) }, nil)
}
