package taskgroup

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/asyncgo/internal/lazyctx"
)

// completion is the end of a task or a future, and everybody who waits for it.
//
// The result is written before ended is set, and read only after: that one
// atomic word is the happens-before edge. Whoever wants to be told of the end
// takes mu, sets watched and then looks at ended; whoever ends it sets ended
// first and takes mu only if it finds watched. So one of the two sees the
// other, and a task that nobody watches ends with one atomic operation. Those
// that count ends are told before; see publish.
type completion struct {
	state     atomic.Uint64  // the flags below, and above them a task's index
	mu        sync.Mutex     // guards observers and what extra says
	observers *observer      // the first of a list
	extra     *extra         // made for who needs it, set once
	first     sync.WaitGroup // where the first waiter parks that cannot be canceled
}

const (
	completed     uint64 = 1 << iota // the result is there
	claimed                          // a waiter has taken first for itself
	parked                           // and waits there
	watched                          // there is, or was, somebody to be told of it then
	secondary                        // completed only because its context did
	canceled                         // Cancel was called
	hasContext                       // extra.ctx is set
	hasOptions                       // extra's options are set, since before the start
	shielded                         // extra.base is what the task's context derives from
	callerOwned                      // a failure is the caller's of GoReady, not the group's
	failedEarly                      // failed before its start: not to be called
	doneClosed                       // extra.done is closed
	counted                          // there is, or was, an observer that counts ends
	notifying                        // those that count ends are told, or have been; no more may come
	claimedResult                    // a future's result is being written
	refused                          // the group did not accept it: it has no index
	flagBits      = iota
)

// extra is what only some tasks and futures have.
type extra struct {
	// Under completion.mu.
	done      chan struct{} // made for who asks, closed at the end
	callbacks []*callback
	id        uint64 // made, together with a name that was not given, when asked for
	name      string

	// The task's own context, used with the hasContext flag, which is set once,
	// under completion.mu. The end of the task ends it; if they meet, whichever
	// comes second does: no context outlives its task.
	scope lazyctx.Context

	// Set before the start, with the optional flag.
	base   context.Context //nolint:containedctx // what a shielded task's context derives from
	weight int

	taken int // units of the group's limit; under the group's lock
}

// observer has itself told of the end of one completion. It is embedded in what
// a Set or a Wait keeps for each handle, so that registering and leaving are O(1)
// and allocate nothing.
type observer struct {
	to interface {
		// told notes the end, which nobody else can see yet, and reports
		// whether it has to be woken when they can.
		told(o *observer) bool
		// wake lets those go on who have waited for that.
		wake(o *observer)
	}
	prev, next *observer
	in         bool
	index      int32 // for what it tells to tell it from others
}

// callback is one function registered with OnDone.
type callback struct{ f func() }

// closedChan stands for the Done channel of what has ended already.
var closedChan = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (c *completion) hasCompleted() bool { return c.state.Load()&completed != 0 }

// moreLocked returns extra, making it if need be. The caller holds mu.
func (c *completion) moreLocked() *extra {
	if c.extra == nil {
		c.extra = &extra{}
	}
	return c.extra
}

// watchLocked announces, by flags, that somebody is to be told of the end, and
// reports whether that is still to come; if not, Done is closed. The caller
// holds mu.
func (c *completion) watchLocked(flags uint64) bool {
	if c.state.Or(flags)&completed == 0 {
		return true
	}
	c.closeDoneLocked()
	return false
}

// closeDoneLocked closes Done if somebody has it. The end is there for all to see
// before that, so whoever is first to see it under mu does this.
func (c *completion) closeDoneLocked() {
	if c.extra != nil && c.extra.done != nil && c.state.Or(doneClosed)&doneClosed == 0 {
		close(c.extra.done)
	}
}

// complete publishes the result, which has been written, tells everybody, and then
// runs the callbacks.
func (c *completion) complete(flags uint64) { run(c.publish(flags)) }

// publish is complete without the callbacks, which it returns.
//
// The order matters to who learns of one end and causes another: what counts
// ends is told before anybody can see this one, so that it counts them in that
// order. Then the end is there to see, then Done is closed, then who waits is
// woken.
func (c *completion) publish(flags uint64) (callbacks []*callback) {
	before := c.state.Load()
	if before&hasContext != 0 {
		c.extra.scope.End() // who sees the end finds the task's context done
	}
	var told *observer
	old := before
	for {
		if old&(counted|notifying) == counted {
			told = c.tell()
		} else if c.state.CompareAndSwap(old, old|completed|flags) {
			break
		}
		old = c.state.Load()
	}
	if (old^before)&hasContext != 0 {
		c.extra.scope.End()
	}
	var late *observer
	if old&watched != 0 {
		late, callbacks = c.announce()
	}
	told.wakeAll()
	late.tellAll().wakeAll()
	if old&parked != 0 {
		c.first.Done()
	}
	return callbacks
}

// tell tells the observers of an end that nobody can see yet, and returns those
// that are to be woken when they can.
func (c *completion) tell() (waking *observer) {
	c.mu.Lock()
	c.state.Or(notifying)
	observers := c.detachLocked()
	c.mu.Unlock()
	return observers.tellAll()
}

// announce closes Done, for an end that is there to see. It returns the observers
// that have not been told, and the callbacks.
func (c *completion) announce() (late *observer, callbacks []*callback) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeDoneLocked()
	if x := c.extra; x != nil {
		callbacks, x.callbacks = x.callbacks, nil
	}
	return c.detachLocked(), callbacks
}

// detachLocked takes out the observers, to be told.
func (c *completion) detachLocked() *observer {
	observers := c.observers
	c.observers = nil
	for o := observers; o != nil; o = o.next {
		o.in = false
	}
	return observers
}

// tellAll tells o and those behind it, and returns those that are to be woken.
func (o *observer) tellAll() (waking *observer) {
	link := &waking
	for o != nil {
		next := o.next
		o.prev, o.next = nil, nil
		if o.to.told(o) {
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
		o.to.wake(o) // after that, o may be in another list
		o = next
	}
}

// doneChan returns the channel that is closed at the end.
func (c *completion) doneChan() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	alive := c.watchLocked(watched)
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

// wait blocks until c has ended; only then it returns nil. An end of ctx before
// that returns rule 4's error.
func (c *completion) wait(ctx context.Context) error {
	if c.hasCompleted() {
		return nil
	}
	if ctx.Done() == nil && ctx.Err() == nil && c.park() {
		return nil
	}
	return c.waitUntil(ctx)
}

// park waits for the end without a channel. Only one waiter can have that, the
// first to come; the answer to others is false, at once.
func (c *completion) park() bool {
	if c.state.Or(claimed)&claimed != 0 {
		return false
	}
	c.first.Add(1)
	if c.state.Or(parked)&completed == 0 {
		c.first.Wait()
	}
	return true
}

// observe registers o, which is what the flags say, and reports false if c has
// ended already: then o is not registered and will not be told. For one that
// counts ends that may be a moment before the end is there to see.
func (c *completion) observe(o *observer, flags uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if flags&counted != 0 && c.state.Load()&notifying != 0 || !c.watchLocked(flags) {
		return false
	}
	o.prev, o.next, o.in = nil, c.observers, true
	if o.next != nil {
		o.next.prev = o
	}
	c.observers = o
	return true
}

// forget takes back observe, and reports false if o has been or is being told.
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

// onDone registers f to run after the end, or runs it at once in a goroutine
// of its own. The answer removes it, and reports whether that came in time.
func (c *completion) onDone(f func()) (remove func() bool) {
	cb := &callback{f}
	c.mu.Lock()
	if !c.watchLocked(watched) {
		c.mu.Unlock()
		go run([]*callback{cb})
		return func() bool { return false }
	}
	x := c.moreLocked()
	x.callbacks = append(x.callbacks, cb)
	c.mu.Unlock()
	return func() bool { return c.removeCallback(cb) }
}

func (c *completion) removeCallback(cb *callback) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.extra == nil {
		return false
	}
	for i, registered := range c.extra.callbacks {
		if registered == cb {
			c.extra.callbacks = append(c.extra.callbacks[:i:i], c.extra.callbacks[i+1:]...)
			return true
		}
	}
	return false
}

// run runs the callbacks in order, the rest also if one of them panics or ends
// the goroutine.
func run(callbacks []*callback) {
	if len(callbacks) == 0 {
		return
	}
	called := 0
	defer func() { run(callbacks[called:]) }()
	for _, cb := range callbacks {
		called++
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
