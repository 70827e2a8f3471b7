package conformance_test

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/conformance"
)

// TestVectors replays what asyncio was observed to do. ASYNCGO_VECTORS names
// another folder of scenarios in the same format.
func TestVectors(t *testing.T) {
	other := os.Getenv("ASYNCGO_VECTORS")
	scenarios := load(t, cmp.Or(other, "testdata"))
	var equal, listed, different int
	for _, s := range scenarios {
		t.Run(s.Family+"/"+s.Name, func(t *testing.T) {
			rules, faults := conformance.Judge(s, replayer(t, s))
			switch {
			case len(faults) > 0:
				different++
				t.Errorf("tags %v\n%s", s.Tags, strings.Join(faults, "\n"))
			case len(rules) > 0:
				listed++
				for _, rule := range rules {
					t.Logf("%s: %s", rule.Row, rule.Why)
				}
			default:
				equal++
			}
		})
	}
	fmt.Printf("conformance: %d equal, %d listed, %d different\n", equal, listed, different)
	if other != "" {
		return // of one family, it may have more of what is listed
	}
	assert.LessOrEqual(t, listed*100, len(scenarios)*5, "more than 5%% of the scenarios are listed")
}

func load(t *testing.T, dir string) []*conformance.Scenario {
	t.Helper()
	scenarios, err := conformance.Load(dir)
	require.NoError(t, err)
	require.NotEmpty(t, scenarios)
	return scenarios
}

// replayer replays s, each time in a bubble of its own.
func replayer(t *testing.T, s *conformance.Scenario) func(conformance.Emulation) conformance.Observation {
	t.Helper()
	return func(how conformance.Emulation) (got conformance.Observation) {
		synctest.Test(t, func(*testing.T) { got = conformance.Replay(s, how) })
		return got
	}
}
