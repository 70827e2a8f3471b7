package main

import (
	"fmt"
	"strings"
)

// reasons explain why a goal is not met, by a prefix of the name of its row.
// The first that matches counts.
var reasons = []struct{ row, impl, base, why string }{
	{"W1", "asyncgo", "raw", "A task costs about 70 ns more than a go statement with a WaitGroup, whatever that costs: two checks of a context, a completion that " +
		"any goroutine may wait for at any time, 80 bytes more. The goal was set on a machine where raw took 632 ns, so that 70 ns more were 1.11×. Yielding before blocking would make it 0.8×; see below."},
	{"W1", "asyncgo-cancelable", "raw", "A wait that a context can end needs a channel (112 bytes) and a select over two, together about 190 ns more than a blocked WaitGroup. " +
		"No channel is kept for the next wait, so that tasks work inside and outside a synctest bubble."},
	{"W2 gather 1000", "asyncgo-group", "raw", "A task is 112 bytes, and two acquisitions of the group's lock; both cores contend for it."},
	{"W2 gather 10", "asyncgo-group", "raw", "What a group costs once, whatever its size, more than 1 µs: a context that can be canceled with a cause, the group itself (512 bytes), " +
		"unblocking the call that joins. With ten trivial tasks that is a third of the whole."},
	{"W3 sleep", "asyncgo", "raw", "Both take as long as the sleep; the rest is the time of the scheduler."},
	{"W3", "", "", "Both take as long as the processors need for the functions; the rounds differ by more than the goal leaves."},
	{"W4 map 1e6", "asyncgo", "conc-iter", "An item takes 99 instructions with asyncgo and 68 with conc's iter, 31 of which are the function and the checksum (counted by callgrind). " +
		"The others check the context, the error, and whether another worker is to be started."},
	{"W4", "", "", "Both take as long as the processors need for the functions; the rounds differ by more than the goal leaves."},
	{"W5 next", "", "", "The row includes what the channel does not need: 80 bytes a future, 144 for its place in the set, an entry in a hash table, so that handles " +
		"can be added, removed and found. The cost of an item does not grow with their number; see TestCostGrowsWithTheWork: for each, a lock is acquired five times, and one wait is registered."},
	{"W5 first", "", "", "A hundred futures are made and looked up, so that none counts twice; a waiter is registered with each and removed again; and one wait ends."},
	{"W6 uncontended", "asyncgo", "x/sync", "A pair is two compare-and-swaps and a look at a context," +
		" 4 to 5 ns more than a mutex, which takes half of what x/sync does: there is no room for the goal."},
	{"W6 uncontended", "asyncgo", "mutex", "Acquire checks its context and does one compare-and-swap, Release another. A mutex does two, and here the pair takes 4.2 ns."},
	{"W6 h", "", "", "Strict hand-off, as x/sync does it: both switch goroutines for every permit, and make a channel for every wait. Only the allocations differ: one instead of three. " +
		"Granting to a running goroutine first, or yielding before blocking, would be faster; the first is unfair; for the second, see below."},
	{"W6 short", "asyncgo", "channel", "Not explained. The table before, of another machine, had 0.59× for 64 goroutines; a8dc6ff gives 1.53× on this one, in four rounds."},
	{"W6 short", "", "", "The scheduler decides how often goroutines contend here: in rounds in which x/sync rarely takes its slow path, its times are closer."},
	{"Beside", "asyncgo", "raw-channel", "Not explained. By itself the row is between 0.3× and 1.8×, here, at f849b2e and at a8dc6ff alike " +
		"(5 rounds, twice each); after all other rows in one process it is more."},
	{"W7 MPMC", "asyncgo", "channel-select", "Not explained. The table before, of another machine, had 0.48× for MPMC8; a8dc6ff, which that table was of, gives 2.34× on this one, in four rounds, so the machine has changed more than the code."},
	{"W7 priority", "", "", "Not explained."},
	{"W7", "", "", "Under contention the lock of the queue decides; the rounds differ by more than the goal leaves."},
}

const tried = `## What was tried, and is not in the library

**Yielding before blocking.** After a call of runtime.Gosched, a goroutine that is about to make a channel and block often finds that its wait is over. That made
Start and Wait 0.8× to 1.0× raw, also with a cancelable context, a semaphore's hand-off 0.4× that of x/sync, and the loop over a Set 1.3× the channel. But a goroutine that yields runs again only after all that
are runnable. While eight goroutines computed on two processors, the median of the same waits grew from 0.9 µs to between 80 and 110 ms, and a permit granted in that time was unused.
The rows "Beside goroutines that compute" and the linter prevent it.

**Adding to a task's WaitGroup when it is made**, instead of at the first wait: 6 ns less for a task that is waited for, of 440, and more for all that are not.

`

// missed lists the goals that are not met, and why.
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
