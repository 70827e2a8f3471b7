package taskgroup

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/lazyctx"
	"example.com/asyncgo/internal/watch"
)

// completion is what a [Task] and a [Future] have in common: it completes once,
// and notifies its observers of that.
//
// The result is written before the completed flag is set and read only after:
// that one atomic word is the happens-before edge. An observer registers under
// mu: it sets observed or ordered and then reads completed. The completing
// goroutine sets completed first and takes mu only if it finds observed, so one
// of the two sees the other, and a task without observers completes with one
// atomic operation.
//
// Ordered observers are notified before the flag is set: if one completion
// causes another, they are notified in that order. From the moment notifying is
// set no more of them register; to those the completion has happened.
//
// An observer that gives up removes itself from the list under mu. If it finds
// that it is not on the list anymore, the completion wins: it has been
// notified, or is about to be.
type completion struct {
	state     atomic.Uint64  // the flags below, and above them a task's index
	mu        sync.Mutex     // guards observers and what extra says
	observers *observer      // the first of a list
	extra     *extra         // made when it is needed, set once
	first     sync.WaitGroup // see core.park
}

const (
	completed     uint64 = 1 << iota // the result is there
	claimed                          // a call has taken first for itself
	parked                           // and is blocked there
	observed                         // there is, or was, something to do under mu on completion
	ordered                          // there is, or was, an ordered observer
	notifying                        // ordered observers are or have been notified; no more register
	doneClosed                       // extra.done is closed
	claimedResult                    // a future's result is being written
	secondary                        // completed only because its context was done
	canceled                         // Cancel was called
	hasContext                       // extra.ctx is set
	hasOptions                       // extra's options are set, since before the start
	shielded                         // extra.base is what the task's context derives from
	callerOwned                      // a failure is the caller's of GoReady, not the group's
	failedEarly                      // failed before its start: not to be called
	refused                          // the group did not accept it: it has no index
	daemon                           // does not keep its group open
	watched                          // extra.node is the task for a monitor, since before the start
	unseen                           // the monitor lists the failure until something looks at it
	flagBits      = iota
)

// extra is what only some tasks and futures have.
type extra struct {
	// Under completion.mu.
	done      chan struct{} // made by doneChan, closed on completion
	callbacks *callback     // the last first
	id        uint64        // made, together with a name that was not given, on first use
	name      string

	// The task's own context, used with the hasContext flag, which is set once,
	// under completion.mu. The completion ends it; if they meet, the second of
	// the two does: no context outlives its task.
	scope lazyctx.Context

	// Set before the start, with the hasOptions flag.
	base   context.Context //nolint:containedctx // what a shielded task's context derives from
	weight int

	taken int // units of the group's limit; under the group's lock

	node *watch.Node // with the watched flag
}

// observer is a registration with one completion. It is embedded in what a call
// or a set keeps for each handle, so that registering and leaving are O(1) and
// allocate nothing.
type observer struct {
	to interface {
		// notify notes the completion, which an ordered observer must not rely
		// on being visible yet, and reports whether wake is to be called when
		// it is.
		notify() bool
		// wake unblocks what waits for the completion.
		wake()
	}
	prev, next *observer
	in         bool
}

// callback is one function registered with OnDone.
type callback struct {
	f    func()
	next *callback
}

// closedChan is the Done channel of what has completed before Done is called.
var closedChan = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (c *completion) hasCompleted() bool { return c.state.Load()&completed != 0 }

// moreLocked returns extra, making it if need be. The caller holds mu.
func (c *completion) moreLocked() *extra {
	if c.extra == nil {
		c.extra = &extra{}
	}
	return c.extra
}

// announceLocked sets flags, which say what is to be done on completion, and
// reports whether that is still to come; if not, Done is closed. The caller
// holds mu.
func (c *completion) announceLocked(flags uint64) bool {
	if c.state.Or(flags)&completed == 0 {
		return true
	}
	c.closeDoneLocked()
	return false
}

// closeDoneLocked closes Done, if it has been made. The completion is visible
// before that, so the first goroutine that sees it under mu calls this.
func (c *completion) closeDoneLocked() {
	if c.extra != nil && c.extra.done != nil && c.state.Or(doneClosed)&doneClosed == 0 {
		close(c.extra.done)
	}
}

// complete publishes the result, which has been written, and then runs the
// callbacks.
func (c *completion) complete(flags uint64) { run(c.publish(flags)) }

// publish is complete without the callbacks, which it returns.
//
// Ordered observers are notified first, then the completion becomes visible,
// then Done is closed, then the other observers are notified, then all are
// woken.
func (c *completion) publish(flags uint64) (callbacks *callback) {
	before := c.state.Load()
	if before&hasContext != 0 {
		c.extra.scope.End() // when the completion is visible, the task's context is done
	}
	var early, late *observer
	old := before
	for {
		if old&(ordered|notifying) == ordered {
			early = c.notifyOrdered()
		} else if c.state.CompareAndSwap(old, old|completed|flags) {
			break
		}
		old = c.state.Load()
	}
	if (old^before)&hasContext != 0 {
		c.extra.scope.End()
	}
	if old&observed != 0 {
		late, callbacks = c.closeDone()
	}
	early.wakeAll()
	late.notifyAll().wakeAll()
	if old&parked != 0 {
		c.first.Done()
	}
	return callbacks
}

// notifyOrdered notifies the observers of a completion that is not visible yet,
// and returns those that are to be woken when it is.
func (c *completion) notifyOrdered() (waking *observer) {
	c.mu.Lock()
	c.state.Or(notifying)
	observers := c.detachLocked()
	c.mu.Unlock()
	return observers.notifyAll()
}

// closeDone closes Done, for a completion that is visible. It returns the
// observers that have not been notified, and the callbacks.
func (c *completion) closeDone() (late *observer, callbacks *callback) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeDoneLocked()
	if x := c.extra; x != nil {
		callbacks, x.callbacks = inOrder(x.callbacks), nil
	}
	return c.detachLocked(), callbacks
}

// detachLocked takes out the observers, to be notified.
func (c *completion) detachLocked() *observer {
	observers := c.observers
	c.observers = nil
	for o := observers; o != nil; o = o.next {
		o.in = false
	}
	return observers
}

// notifyAll notifies o and those behind it, and returns those that are to be
// woken. After notify has returned false, the observer may be in use again.
func (o *observer) notifyAll() (waking *observer) {
	link := &waking
	for o != nil {
		next := o.next
		o.prev, o.next = nil, nil
		if o.to.notify() {
			*link, link = o, &o.next
		}
		o = next
	}
	return waking
}

// wakeAll wakes o and those behind it.
func (o *observer) wakeAll() {
	for o != nil {
		next := o.next
		o.next = nil
		o.to.wake() // after that, o may be in another list
		o = next
	}
}

// doneChan returns the channel that is closed on completion.
func (c *completion) doneChan() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	alive := c.announceLocked(observed)
	if c.extra != nil && c.extra.done != nil {
		return c.extra.done
	}
	if !alive {
		return closedChan
	}
	x := c.moreLocked()
	x.done = make(chan struct{})
	return x.done
}

// wait blocks until c has completed; only then it returns nil. If ctx is done
// before that, the error says that op was ended by it.
func (c *completion) wait(ctx context.Context, op fmt.Stringer) error {
	if c.hasCompleted() {
		return nil
	}
	return c.block(ctx, op)
}

// observe registers o, which is what the flags say, and reports false if c has
// completed already: then o is not registered and will not be notified. For an
// ordered one that may be a moment before the completion is visible.
func (c *completion) observe(o *observer, flags uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if flags&ordered != 0 && c.state.Load()&notifying != 0 || !c.announceLocked(flags) {
		return false
	}
	o.prev, o.next, o.in = nil, c.observers, true
	if o.next != nil {
		o.next.prev = o
	}
	c.observers = o
	return true
}

// forget takes back observe, and reports false if o has been notified or is
// about to be.
func (c *completion) forget(o *observer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !o.in {
		return false
	}
	if o.prev != nil {
		o.prev.next = o.next
	} else {
		c.observers = o.next
	}
	if o.next != nil {
		o.next.prev = o.prev
	}
	o.prev, o.next, o.in = nil, nil, false
	return true
}

// onDone registers f to run after the completion, or runs it at once in a
// goroutine of its own. remove unregisters f and reports whether it did so in
// time.
func (c *completion) onDone(f func()) (remove func() bool) {
	cb := &callback{f: f}
	c.mu.Lock()
	if !c.announceLocked(observed) {
		c.mu.Unlock()
		c.look()
		go run(cb)
		return func() bool { return false }
	}
	x := c.moreLocked()
	cb.next = x.callbacks
	x.callbacks = cb
	c.mu.Unlock()
	return func() bool { return c.removeCallback(cb) }
}

func (c *completion) removeCallback(cb *callback) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.extra == nil {
		return false
	}
	for link := &c.extra.callbacks; *link != nil; link = &(*link).next {
		if *link == cb {
			*link = cb.next
			return true
		}
	}
	return false
}

// inOrder reverses a list of callbacks.
func inOrder(last *callback) (first *callback) {
	for last != nil {
		last.next, first, last = first, last, last.next
	}
	return first
}

// run runs the callbacks in order, the rest also if one of them panics or calls
// [runtime.Goexit].
func run(callbacks *callback) {
	if callbacks == nil {
		return
	}
	defer func() { run(callbacks) }()
	for callbacks != nil {
		cb := callbacks
		callbacks = cb.next
		cb.run()
	}
}

func (cb *callback) run() {
	defer func() {
		if v := recover(); v != nil {
			reportObserver("an OnDone callback", v)
		}
	}()
	cb.f()
}
