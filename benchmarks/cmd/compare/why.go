package main

import (
	"fmt"
	"strings"
)

// reasons say why a goal is missed, if it is, by the start of its row's name.
// The first that fits counts.
var reasons = []struct{ row, impl, base, why string }{
	{"W1", "asyncgo", "raw", "A task costs about 70 ns more than a go statement with a WaitGroup, whatever that takes: two checks of a context, a completion that " +
		"any goroutine may wait for at any time, 80 bytes more. The bound was set where raw took 632 ns; 70 of those are 1.11×. Waiting by a yield would make it 0.8×; see below."},
	{"W1", "asyncgo-cancellable", "raw", "A wait that a context can end needs a channel (112 bytes) and a select over two, together about 190 ns more than a parked WaitGroup. " +
		"No channel is kept for the next wait, so that tasks work in and out of a synctest bubble."},
	{"W2 gather 1000", "asyncgo-group", "raw", "A task is 112 bytes, and two acquisitions of the group's lock; both cores contend for it."},
	{"W2 gather 10", "asyncgo-group", "raw", "What a group costs once, whatever its size, more than 1 µs: a context that can be canceled with a cause, the group itself (512 bytes), " +
		"waking the call that joins. With ten trivial tasks that is a third of the whole."},
	{"W3 sleep", "asyncgo", "raw", "The sleep decides; what is left over is the scheduler's."},
	{"W3", "", "", "Both take as long as the processors need for the functions; the rounds differ by more than the goal leaves."},
	{"W4", "", "", "Both take as long as the processors need for the functions; the rounds differ by more than the goal leaves."},
	{"W5 next", "", "", "The row includes what the channel does not need: 80 bytes a future, 144 for its place in the set, an entry in a hash table, so that handles " +
		"can be added, removed and found. The cost of an item does not grow with their number; see TestCostGrowsWithTheWork: five acquisitions of a lock each, and one registration."},
	{"W5 first", "", "", "A hundred futures are made, looked up so that none counts twice, registered with and left again, and one wait ends."},
	{"W6 uncontended", "asyncgo", "mutex", "Acquire checks its context and does one compare-and-swap, Release another. A mutex does two, and here the pair takes 4.2 ns."},
	{"W6 h", "", "", "Strict hand-off, as x/sync does it: both switch goroutines for every permit, and make a channel for every wait. One allocation instead of three is what is left to gain. " +
		"Granting to a running goroutine first, or yielding before blocking, would be faster; the first is unfair, for the second see below."},
	{"W6 short", "", "", "How often goroutines meet here is up to the scheduler: when x/sync gets by without its slow path, it is only some times slower."},
	{"W7", "", "", "Under contention the lock of the queue decides; the rounds differ by more than the goal leaves."},
}

const tried = `## What was tried, and is not in the library

**Yielding before blocking.** A goroutine that calls runtime.Gosched before it makes a channel and parks often finds what it waits for when it comes back. That made
Start and Wait 0.8× to 1.0× raw, the cancellable one too, a semaphore's hand-off 0.4× that of x/sync, and the loop over a Set 1.3× the channel. But a yield puts a goroutine
behind all that are runnable. Beside eight goroutines that compute, on two processors, the median of the very same waits went from 0.9 µs to 80 to 110 ms, and a permit handed over in that time was unused.
The rows "beside goroutines that compute" are there to keep it out, and so is the linter.

**Adding to a task's WaitGroup when it is made**, instead of at the first wait: 6 ns less for a task that is waited for, of 440, and more for all that are not.

`

// missed explains the goals that are not met.
func missed(rows []*measured) string {
	var b strings.Builder
	for _, m := range rows {
		for _, v := range m.verdicts() {
			if !v.met() {
				fmt.Fprintf(&b, "- **%s, %s / %s**: %s, %.0f %% over the goal. %s\n", v.row, v.goal.Impl, v.goal.Base,
					factor(v.median, v.goal.Max), 100*(v.median/v.goal.Max-1), why(v))
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "## Not met, and why\n\n" + b.String() + "\n"
}

func why(v verdict) string {
	for _, r := range reasons {
		if strings.HasPrefix(v.row, r.row) && (r.impl == "" || r.impl == v.goal.Impl) && (r.base == "" || r.base == v.goal.Base) {
			return r.why
		}
	}
	return "Not explained."
}
