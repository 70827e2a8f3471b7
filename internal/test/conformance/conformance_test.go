package conformance_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/conformance"
)

const ours = "testdata"

// vectors is the folder of the scenarios. ASYNCGO_VECTORS names another one of
// the same format.
func vectors() string { return cmp.Or(os.Getenv("ASYNCGO_VECTORS"), ours) }

// TestVectors replays what asyncio was observed to do, in both orders of the
// actors that sleep until the same instant.
func TestVectors(t *testing.T) {
	scenarios := load(t, vectors())
	var equal, listed, different int
	for _, s := range scenarios {
		t.Run(s.Family+"/"+s.Name, func(t *testing.T) {
			rules, faults := conformance.Judge(s, replayer(t, s))
			more, late := conformance.Judge(s, reversed(replayer(t, s)))
			rules, faults = append(rules, more...), append(faults, late...)
			switch {
			case len(faults) > 0:
				different++
				t.Errorf("tags %v\n%s", s.Tags, strings.Join(faults, "\n"))
			case len(rules) > 0:
				listed++
				slices.SortFunc(rules, func(x, y *conformance.Rule) int { return strings.Compare(x.Row, y.Row) })
				for _, rule := range slices.Compact(rules) {
					t.Logf("%s: %s", rule.Row, rule.Why)
				}
			default:
				equal++
			}
		})
	}
	fmt.Printf("conformance: %d equal, %d listed, %d different\n", equal, listed, different)
	if vectors() != ours {
		return // it may have more of the families in which scenarios are listed
	}
	assert.LessOrEqual(t, listed*100, len(scenarios)*5, "more than 5%% of the scenarios are listed")
}

// What Judge relies on holds for each scenario, equal or not: with all of
// CPython's peculiarities a replay observes what was recorded, and the models
// observe what the library does.
func TestModels(t *testing.T) {
	for _, s := range load(t, vectors()) {
		t.Run(s.Family+"/"+s.Name, func(t *testing.T) {
			for _, replay := range []replay{replayer(t, s), reversed(replayer(t, s))} {
				assert.Empty(t, conformance.Diff(s.Expect, replay(conformance.CPython)), "CPython")
				assert.Empty(t, conformance.Diff(conformance.Promised(s, replay), replay(conformance.Nothing)), "models")
			}
		})
	}
}

func load(t *testing.T, dir string) []*conformance.Scenario {
	t.Helper()
	scenarios, err := conformance.Load(dir)
	require.NoError(t, err)
	require.NotEmpty(t, scenarios)
	return scenarios
}

type replay = func(conformance.Emulation) conformance.Observation

// replayer replays s, each time in a bubble of its own.
func replayer(t *testing.T, s *conformance.Scenario) replay {
	t.Helper()
	return func(how conformance.Emulation) (got conformance.Observation) {
		synctest.Test(t, func(*testing.T) { got = conformance.Replay(s, how) })
		return got
	}
}

func reversed(other replay) replay {
	return func(how conformance.Emulation) conformance.Observation { return other(how | conformance.Reversed) }
}
