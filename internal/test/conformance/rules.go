package conformance

import (
	"cmp"
	"slices"
)

// Rule is one way in which this module differs from asyncio on purpose.
type Rule struct {
	Row string // where the difference is documented
	Why string

	// Peculiarity is what CPython does instead. A replay that takes over all of
	// them shows what asyncio observed, to the last entry.
	Peculiarity Emulation

	// Promise, if not nil, is the rule's own account of the promise: it turns
	// any observation into one that keeps it.
	Promise func(s *Scenario, seen Observation) Observation
}

// Rules is every way in which an observation may differ from asyncio's.
var Rules = []*Rule{
	{
		Row: "B-04",
		Why: "After a waiter was canceled asyncio gives one index twice and another not at all (python/cpython#155233). " +
			"Here the indices of a generation are 0 to n-1, in order of arrival.",
		Peculiarity: CPythonIndices,
		Promise:     (*Scenario).withUniqueIndices,
	},
	{
		Row: "C-02",
		Why: "A waiter of a condition that is canceled while it queues for the lock goes to the end of that queue in CPython. " +
			"Here it keeps its place (rule 6).",
		Peculiarity: CPythonRequeues,
	},
	{
		Row: "C-03, C-07",
		Why: "In CPython a canceled waiter that has the lock again wakes the first that waits then, also if the canceled one was " +
			"not notified, or the other waits only since. Here it passes on a notification that it received, to a waiter that was " +
			"already waiting at that Notify.",
		Peculiarity: CPythonWakeUps,
	},
	{
		Row: "C-06",
		Why: "CPython's wait_for does not need the lock if the predicate is true at once. Here WaitFor always needs it.",

		Peculiarity: CPythonFreePredicates,
	},
	{
		Row: "Rule 2",
		Why: "A wait for a condition with a pending request releases the lock in CPython, and queues for it again. " +
			"Here a context that is done makes it return at once, and keep the lock.",
		Peculiarity: CPythonUnlocks,
	},
	{
		Row: "Q-10",
		Why: "CPython takes task_done for items that are still in the queue, so that join may return before they are done. " +
			"Here that is misuse.",
		Peculiarity: CPythonEarlyDone,
	},
}

// Judge compares what replay observes with what asyncio observed. If they
// differ, the difference is listed if two things hold: with every peculiarity
// of CPython the replay observes what asyncio did, and without any the models
// observe what the library did. So CPython's peculiarities are the difference,
// and the whole of it. The rules returned are those whose peculiarities it
// takes. Faults are the differences of a scenario that is not listed.
func Judge(s *Scenario, replay func(how Emulation) Observation) (rules []*Rule, faults []string) {
	want, got := s.Expect, replay(Nothing)
	faults = Diff(want, got)
	if len(faults) == 0 {
		return nil, nil
	}
	how := CPython
	if len(Diff(want, replay(how))) > 0 || len(Diff(Promised(s, replay), got)) > 0 {
		return nil, faults
	}
	for _, rule := range Rules {
		without := how &^ rule.Peculiarity
		if len(Diff(want, replay(without))) == 0 {
			how = without
		} else {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// Promised is what this module promises to be observed.
func Promised(s *Scenario, replay func(how Emulation) Observation) Observation {
	seen := replay(Models)
	for _, rule := range Rules {
		if rule.Promise != nil {
			seen = rule.Promise(s, seen)
		}
	}
	return seen
}

// arrival is a completed wait at a barrier, and when it began.
type arrival struct {
	step  *Step
	entry *Entry
	since int
}

// withUniqueIndices gives the parties that pass a barrier together the indices
// 0 to n-1, in order of arrival.
func (s *Scenario) withUniqueIndices(seen Observation) Observation {
	seen = seen.clone()
	type trip struct {
		barrier string
		t       int
	}
	trips := map[trip][]arrival{}
	for name, record := range seen {
		steps := map[int]*Step{}
		s.Actors[name].Each(func(st *Step) { steps[st.I] = st })
		since := 0
		for i := range record.Log {
			e := &record.Log[i]
			st := steps[e.I]
			if st.Op == "wait" && s.Resources[st.On].Kind == "barrier" && e.Outcome == outcomeOK {
				at := trip{st.On, e.T}
				trips[at] = append(trips[at], arrival{st, e, since})
			}
			since = e.T
		}
	}
	for at, parties := range trips {
		slices.SortStableFunc(parties, func(x, y arrival) int { return cmp.Compare(x.since, y.since) })
		for i, p := range parties {
			if p.step.Index {
				p.entry.Value = float64(i % s.Resources[at.barrier].Parties)
			}
		}
	}
	return seen
}

// clone copies an observation so that its entries can be changed.
func (o Observation) clone() Observation {
	same := Observation{}
	for name, record := range o {
		same[name] = &Record{Log: slices.Clone(record.Log), End: record.End, Stuck: record.Stuck}
	}
	return same
}
