// Package conformance replays programs that were recorded under CPython's
// asyncio on this module's packages, under the virtual time of a
// testing/synctest bubble, and compares what every actor observed.
//
// A scenario is data: resources, actors with their steps, and what each actor
// observed and when. Each step is one call of an exported function of taskgroup,
// semaphore or queue. What the package adds to them is asyncio's one-shot
// cancellation, since a context, once done, stays done; see actor.
//
// Where this module differs from asyncio on purpose is written down in Rules;
// such a scenario is replayed all the same, and has to show what is promised
// instead: Judge compares with models that have the peculiarities of CPython, or
// none of them. testdata holds what CPython 3.13.0 did, one file for each family.
// Another folder of the same format is replayed by
//
//	ASYNCGO_VECTORS=DIR go test ./internal/test/conformance -run TestVectors -v
package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Scenario is a small concurrent program and what asyncio observed of it.
type Scenario struct {
	Name      string
	Family    string
	Resources map[string]Resource
	Actors    map[string]Program
	Main      []string // the actors that start at time 0, in order
	Tags      []string
	Expect    Observation
}

// Resource says what one of the scenario's shared objects is.
type Resource struct {
	Kind    string
	Value   int // of a semaphore or a variable
	Parties int // of a barrier
	MaxSize int // of a queue
}

// Program is what one actor does.
type Program struct{ Steps []Step }

// Each calls f for the actor's steps and those within them, in the order of the text.
func (p Program) Each(f func(*Step)) { each(p.Steps, f) }

func each(steps []Step, f func(*Step)) {
	for i := range steps {
		f(&steps[i])
		each(steps[i].Body, f)
		each(steps[i].Finally, f)
	}
}

// Step is one operation of an actor. I is its number within the actor; the
// other fields are the operands of Op, most of them unused by any one.
type Step struct {
	I   int
	Op  string
	Err string // what happens after a failure: "", "raise" or "swallow"

	On        string // a resource
	N         int
	GE        int
	Var       string
	Item      any
	Index     bool
	Immediate bool

	Task             string
	Children         []string
	In               string // the task group to start the task in
	MS               *int   // nil: no limit
	Shield           bool
	ReturnWhen       string `json:"return_when"`
	ReturnExceptions bool   `json:"return_exceptions"`

	Name    string // of a task group, or of the error to raise
	Value   any    // to return
	Body    []Step
	Finally []Step
}

// Observation is what was observed of a run, by the name of the actor.
type Observation map[string]*Record

// Record is what one actor observed, and how it ended; End is nil if it never
// started or hangs.
type Record struct {
	Log   []Entry
	End   *End
	Stuck *Step `json:"-"` // where it hangs
}

// Entry is the completion of one step.
type Entry struct {
	T       int // milliseconds since the beginning
	I       int // the step
	Outcome string
	Value   any // as encoding/json decodes it; nil if there is none
}

// End is the end of a task.
type End struct {
	T     int
	How   string // "returned", "raised" or "cancelled"
	Value any    // the value returned, or the name of the error
}

// UnmarshalJSON reads the array [T, I, OUTCOME] or [T, I, OUTCOME, VALUE].
func (e *Entry) UnmarshalJSON(data []byte) error {
	return unmarshalRow(data, &e.T, &e.I, &e.Outcome, &e.Value)
}

// UnmarshalJSON reads the array [T, HOW] or [T, HOW, VALUE].
func (e *End) UnmarshalJSON(data []byte) error {
	return unmarshalRow(data, &e.T, &e.How, &e.Value)
}

// unmarshalRow reads an array into fields, the last of which may be missing.
func unmarshalRow(data []byte, fields ...any) error {
	var row []json.RawMessage
	if err := json.Unmarshal(data, &row); err != nil {
		return err
	}
	if len(row) != len(fields) && len(row) != len(fields)-1 {
		return fmt.Errorf("conformance: %d elements in %s", len(row), data)
	}
	for i, raw := range row {
		if err := json.Unmarshal(raw, fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// Load reads all scenarios of the folder, file by file.
func Load(dir string) ([]*Scenario, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []*Scenario
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var some []*Scenario
		if err := json.Unmarshal(data, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, some...)
	}
	return all, nil
}
