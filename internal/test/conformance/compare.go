package conformance

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Diff lists where two observations of the same scenario differ, the whole log
// and the end of every actor; nothing if they do not.
func Diff(want, got Observation) []string {
	var diffs []string
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		diffs = append(diffs, diffRecord(name, want[name], got[name])...)
	}
	return diffs
}

func diffRecord(name string, want, got *Record) (diffs []string) {
	want, got = orEmpty(want), orEmpty(got)
	for i := range max(len(want.Log), len(got.Log)) {
		w, g := at(want.Log, i), at(got.Log, i)
		if !reflect.DeepEqual(w, g) {
			diffs = append(diffs, fmt.Sprintf("%s, entry %d: want %v, got %v", name, i, w, g))
		}
	}
	if !reflect.DeepEqual(want.End, got.End) {
		diffs = append(diffs, fmt.Sprintf("%s, end: want %v, got %v", name, want.End, got.End))
	}
	if got.Stuck != nil && got.Stuck != want.Stuck {
		diffs = append(diffs, fmt.Sprintf("%s hangs in step %d, %s", name, got.Stuck.I, got.Stuck.Op))
	}
	return diffs
}

func orEmpty(r *Record) *Record {
	if r == nil {
		return &Record{}
	}
	return r
}

func at(log []Entry, i int) *Entry {
	if i < len(log) {
		return &log[i]
	}
	return nil
}

func (e *Entry) String() string {
	if e == nil {
		return "nothing"
	}
	if e.Value == nil {
		return fmt.Sprintf("[%d %d %s]", e.T, e.I, e.Outcome)
	}
	return fmt.Sprintf("[%d %d %s %v]", e.T, e.I, e.Outcome, e.Value)
}

func (e *End) String() string {
	if e == nil {
		return "none"
	}
	if e.Value == nil {
		return fmt.Sprintf("[%d %s]", e.T, e.How)
	}
	return fmt.Sprintf("[%d %s %v]", e.T, e.How, e.Value)
}
