package taskgroup

import "example.com/asyncgo/internal/waitlist"

// admission decides which tasks of a group may run: what gets the next slot of
// its limit. It is pure state, guarded by the group's lock: it starts nothing,
// blocks nowhere and calls no user code.
//
// Tasks wait in two queues, one behind the other:
//
//	callers (blocked) -> backlog (accepted) -> a slot
//
// Slots go to the front of the backlog first, and to callers only when that is
// empty; a place in the backlog that comes free goes to the first caller. A
// request that does not find both empty joins them, so it cannot overtake. When
// slots come free, [admission.next] grants them directly, so none can be taken
// by a later request.
//
// A caller whose context is done when it would be granted a slot is passed
// over; one that has been granted a slot has it, although its context may have
// ended meanwhile: the caller finds out under the group's lock.
type admission struct {
	limit   int      // of units; negative: none
	used    units    // taken by tasks that run, or by callers that have been granted
	size    int      // of the backlog; negative: unbounded
	backlog *backlog // nil if there is none
	callers waitlist.List[*caller]

	// With a shared limit a caller that has been granted a slot has to acquire
	// that too. The next one is granted a slot only when the one before it goes
	// on to do so: if several woke at once, the last could be the first to
	// acquire.
	shared    bool
	acquiring bool // such a caller has not gone on yet
}

// caller is a blocked call that wants a task to run. It is guarded by the
// group's lock.
type caller struct {
	runner
	node    waitlist.Node[*caller]
	granted chan struct{}   // closed when it need not wait any more
	done    <-chan struct{} // of its context, or nil
	accept  bool            // it has been granted a slot, or a place in the backlog
	units   int             // of the slot
}

func newCaller(r runner, done <-chan struct{}) *caller {
	c := &caller{runner: r, done: done, granted: make(chan struct{})}
	c.node.Value = c
	return c
}

// hasLeft reports that the context of the caller is done, though the caller may
// not have noticed.
func (c *caller) hasLeft() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (a *admission) init(limit, size int, shared bool) {
	a.limit, a.size, a.shared = limit, size, shared
	if size != 0 {
		a.backlog = new(backlog)
	}
}

// enter takes a slot for a task of that weight, if one is free and nothing
// waits.
func (a *admission) enter(weight int) (units int, ok bool) {
	if a.callers.Len() > 0 || a.acquiring || a.backlog.len() > 0 {
		return 0, false
	}
	return a.take(weight)
}

// mayQueue reports that a task may enter the backlog now.
func (a *admission) mayQueue() bool { return a.callers.Len() == 0 && a.hasPlace() }

func (a *admission) hasPlace() bool { return !a.shared && (a.size < 0 || a.backlog.len() < a.size) }

// take takes the units of a task, if there are so many. A task that is heavier
// than the limit takes all of it.
func (a *admission) take(weight int) (taken int, ok bool) {
	taken = weight
	if a.limit >= 0 {
		taken = min(weight, a.limit)
		if a.used.exceed(a.limit - taken) {
			return 0, false
		}
	}
	a.used.add(taken)
	return taken, true
}

// release returns units.
func (a *admission) release(units int) { a.used.sub(units) }

// grant is an answer of [admission.next].
type grant struct {
	task   runner  // of the backlog, if caller is nil
	caller *caller // no longer blocked
	units  int     // of the slot; 0: caller's task gets a place in the backlog
}

// next grants what is free to what waits longest for it, and reports false if
// nothing can be granted. In a group that has been canceled only a shielded
// task at the front of the backlog gets a slot.
func (a *admission) next(groupCanceled bool) (g grant, ok bool) {
	if a.acquiring {
		return grant{}, false
	}
	if front := a.backlog.front(); front != nil {
		c := front.task()
		if !groupCanceled || c.isShielded() {
			if units, ok := a.take(c.weight()); ok {
				a.backlog.popFront()
				return grant{task: front, units: units}, true
			}
		}
		return a.nextPlace(groupCanceled)
	}
	first := a.firstCaller(groupCanceled)
	if first == nil {
		return grant{}, false
	}
	if units, ok := a.take(first.task().weight()); ok {
		a.callers.PopFront()
		a.acquiring = a.shared
		return grant{caller: first, units: units}, true
	}
	return a.nextPlace(groupCanceled)
}

// nextPlace grants the first caller a place in the backlog.
func (a *admission) nextPlace(groupCanceled bool) (g grant, ok bool) {
	if !a.hasPlace() {
		return grant{}, false
	}
	first := a.firstCaller(groupCanceled)
	if first == nil {
		return grant{}, false
	}
	a.callers.PopFront()
	return grant{caller: first}, true
}

// firstCaller returns the caller that has waited longest, of those that still
// do.
func (a *admission) firstCaller(groupCanceled bool) *caller {
	if groupCanceled {
		return nil
	}
	for a.callers.Len() > 0 {
		first := a.callers.Front().Value
		if !first.hasLeft() {
			return first
		}
		a.callers.PopFront()
	}
	return nil
}

// waiting returns how many tasks and callers wait.
func (a *admission) waiting() int { return a.callers.Len() + a.backlog.len() }
