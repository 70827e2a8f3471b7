package conformance

import (
	"cmp"
	"math"
	"slices"
)

// Rule is one way in which this module differs from asyncio on purpose.
type Rule struct {
	Row string // where the difference is documented
	Why string

	// Applies recognizes the scenarios in which the difference can show.
	Applies func(s *Scenario) bool

	// Promise turns what asyncio observed into what this module promises.
	// Nil: it cannot be told so, see Check.
	Promise func(s *Scenario, want Observation) Observation

	// Emulation makes the difference go away: a replay with it shows what
	// asyncio observed, to the last entry. Check lists how the observation of
	// the library as it is falls short of what is promised.
	Emulation Emulation
	Check     func(s *Scenario, want, got Observation) (faults []string)
}

// Rules is every way in which an observation may differ from asyncio's.
var Rules = []*Rule{
	{
		Row: "B-04",
		Why: "After a waiter was cancelled asyncio gives one index twice and another to nobody (python/cpython#155233). " +
			"Here the indices of a generation are 0 to n-1, in order of arrival.",
		Applies: func(s *Scenario) bool { return len(s.entries("barrier", "wait", outcomeCancelled)) > 0 },
		Promise: (*Scenario).withUniqueIndices,
	},
	{
		Row: "C-02",
		Why: "A waiter of a condition that is cancelled while it queues for the lock goes to the back of that queue in CPython. " +
			"Here it keeps its place (rule 6), so it comes back earlier.",
		Applies:   func(s *Scenario) bool { return len(s.cancelledWaits()) > 0 },
		Emulation: CPythonConditions,
		Check:     (*Scenario).cancelledWaitEndsEarlier,
	},
	{
		Row: "C-03, C-07",
		Why: "When a waiter is cancelled, CPython wakes whoever waits now, also if that one came after the notification, or there " +
			"was none. Here a notification is passed on if it was given, to one who waited then.",
		Applies: func(s *Scenario) bool {
			return s.Tagged("spurious_wakeup") || len(s.wakeUpsWithoutCause(s.Expect)) > 0
		},
		Emulation: CPythonConditions,
		Check:     (*Scenario).sameBeforeCancelledWait,
	},
	{
		Row: "Q-10",
		Why: "CPython takes task_done for items that are still in the queue, so that join may return before they have been " +
			"worked on. Here that is misuse.",
		Applies:   func(s *Scenario) bool { return len(s.doneTasks()) > 0 },
		Emulation: CPythonQueues,
		Check:     (*Scenario).sameBeforeRefusedTaskDone,
	},
}

// Judge compares what replay observes with what asyncio observed. If they
// differ, and the scenario is one of those in which they may, it compares with
// what this module promises instead, and names the rules. Faults are the
// differences that are left.
func Judge(s *Scenario, replay func(how Emulation) Observation) (rules []*Rule, faults []string) {
	want, got := s.Expect, replay(Nothing)
	faults = Diff(want, got)
	for _, rule := range Rules {
		if len(faults) > 0 && rule.Promise != nil && rule.Applies(s) {
			want = rule.Promise(s, want)
			rules = append(rules, rule)
		}
	}
	if len(rules) > 0 {
		faults = Diff(want, got)
	}
	for _, rule := range Rules {
		if len(faults) == 0 || rule.Check == nil || !rule.Applies(s) {
			continue
		}
		if len(rule.Check(s, want, got)) == 0 && len(Diff(want, replay(rule.Emulation))) == 0 {
			return append(rules, rule), nil
		}
	}
	return rules, faults
}

// use is the completion of one step of a run, beside that step.
type use struct {
	actor string
	step  *Step
	entry *Entry
	since int // when the step began
}

// uses returns the completions in an observation of the scenario, by actor.
func (s *Scenario) uses(seen Observation) (all []use) {
	for name, record := range seen {
		steps := map[int]*Step{}
		s.Actors[name].Each(func(st *Step) { steps[st.I] = st })
		since := 0
		for i := range record.Log {
			e := &record.Log[i]
			all = append(all, use{name, steps[e.I], e, since})
			since = e.T
		}
	}
	return all
}

// entries returns the expected completions of an operation on resources of
// the given kind that have the given outcome.
func (s *Scenario) entries(kind, op, outcome string) []use {
	return slices.DeleteFunc(s.uses(s.Expect), func(u use) bool {
		return u.step.Op != op || s.Resources[u.step.On].Kind != kind || u.entry.Outcome != outcome
	})
}

// withUniqueIndices is what asyncio would have observed if the parties that
// pass a barrier together had the indices 0 to n-1, in order of arrival.
func (s *Scenario) withUniqueIndices(want Observation) Observation {
	want = want.clone()
	type trip struct {
		barrier string
		t       int
	}
	trips := map[trip][]use{}
	for _, u := range s.uses(want) {
		if s.Resources[u.step.On].Kind == "barrier" && u.step.Op == "wait" && u.entry.Outcome == outcomeOK {
			at := trip{u.step.On, u.entry.T}
			trips[at] = append(trips[at], u)
		}
	}
	for _, parties := range trips {
		slices.SortFunc(parties, func(x, y use) int { return cmp.Compare(x.since, y.since) })
		for index, u := range parties {
			if u.step.Index {
				u.entry.Value = float64(index)
			}
		}
	}
	return want
}

// cancelledWaits returns the expected completions of waits on a condition that
// were cancelled.
func (s *Scenario) cancelledWaits() []use {
	return slices.Concat(s.entries("condition", "wait", outcomeCancelled), s.entries("condition", "wait_until", outcomeCancelled))
}

// sameBeforeCancelledWait compares what was observed before any waiter of a
// condition had been cancelled.
func (s *Scenario) sameBeforeCancelledWait(want, got Observation) []string {
	first := math.MaxInt
	for _, u := range s.cancelledWaits() {
		first = min(first, u.entry.T)
	}
	return s.sameBefore(first, want, got)
}

// cancelledWaitEndsEarlier compares what was observed before any cancelled
// waiter of a condition came back earlier than in asyncio.
func (s *Scenario) cancelledWaitEndsEarlier(want, got Observation) []string {
	first := math.MaxInt
	for _, u := range s.cancelledWaits() {
		for _, e := range got[u.actor].Log {
			if e.I == u.entry.I && e.Outcome == u.entry.Outcome && e.T < u.entry.T {
				first = min(first, e.T)
			}
		}
	}
	return s.sameBefore(first, want, got)
}

// doneTasks returns the expected completions of task_done that were accepted.
func (s *Scenario) doneTasks() []use {
	return slices.DeleteFunc(s.uses(s.Expect), func(u use) bool {
		return u.step.Op != "task_done" || u.entry.Outcome != outcomeOK
	})
}

// sameBeforeRefusedTaskDone compares what was observed before the library refused a
// task_done that asyncio accepted.
func (s *Scenario) sameBeforeRefusedTaskDone(want, got Observation) []string {
	first := math.MaxInt
	for _, u := range s.doneTasks() {
		for _, e := range got[u.actor].Log {
			if e.I == u.entry.I && e.Outcome == "error:TooManyTaskDone" {
				first = min(first, e.T)
			}
		}
	}
	return Diff(want.before(first), got.before(first))
}

// sameBefore compares what was observed before time t. Afterwards nobody wakes
// without cause, and nobody hangs but at a condition.
func (s *Scenario) sameBefore(t int, want, got Observation) []string {
	return slices.Concat(Diff(want.before(t), got.before(t)), s.wakeUpsWithoutCause(got), s.hangingElsewhere(got))
}

// wakeUpsWithoutCause lists the waits on a condition that ended well although
// nobody notified it in the meantime.
func (s *Scenario) wakeUpsWithoutCause(got Observation) (faults []string) {
	all := s.uses(got)
	for _, u := range all {
		if s.Resources[u.step.On].Kind != "condition" || u.step.Op != "wait" || u.entry.Outcome != outcomeOK {
			continue
		}
		notified := slices.ContainsFunc(all, func(n use) bool {
			return n.step.On == u.step.On && (n.step.Op == "notify" || n.step.Op == "notify_all") &&
				n.entry.Outcome == outcomeOK && u.since <= n.entry.T && n.entry.T <= u.entry.T
		})
		if !notified {
			faults = append(faults, u.actor+" woke without cause: "+u.entry.String())
		}
	}
	return faults
}

// hangingElsewhere lists the actors that hang, but not at a condition.
func (s *Scenario) hangingElsewhere(got Observation) (faults []string) {
	for name, record := range got {
		if at := record.Stuck; at != nil && s.Resources[at.On].Kind != "condition" {
			faults = append(faults, name+" hangs in "+at.Op)
		}
	}
	return faults
}

// clone copies an observation so that its entries can be changed.
func (o Observation) clone() Observation {
	same := Observation{}
	for name, record := range o {
		same[name] = &Record{Log: slices.Clone(record.Log), End: record.End}
	}
	return same
}

// before returns what was observed before time t.
func (o Observation) before(t int) Observation {
	early := o.clone()
	for _, record := range early {
		record.Log = slices.DeleteFunc(record.Log, func(e Entry) bool { return e.T >= t })
		if record.End != nil && record.End.T >= t {
			record.End = nil
		}
	}
	return early
}
