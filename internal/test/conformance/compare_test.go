package conformance_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/conformance"
)

// program has every kind of observation in it: a value, a timeout, a
// cancellation, an error, and an actor that never starts.
const program = `{
	"name": "self-check", "family": "self", "tags": [], "resources": {}, "main": ["m", "k"],
	"actors": {
		"m": {"steps": [
			{"i": 0, "op": "await", "task": "c"},
			{"i": 1, "op": "timeout", "ms": 20, "body": [{"i": 2, "op": "sleep", "ms": 50}]},
			{"i": 3, "op": "sleep", "ms": 50}]},
		"k": {"steps": [
			{"i": 0, "op": "sleep", "ms": 40},
			{"i": 1, "op": "cancel", "task": "m"},
			{"i": 2, "op": "cancel", "task": "n"},
			{"i": 3, "op": "raise", "name": "E1"}]},
		"c": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "return", "value": 7}]},
		"n": {"steps": []}},
	"expect": {
		"m": {"log": [[10, 0, "ok", 7], [30, 2, "cancelled"], [30, 1, "timeout", true], [40, 3, "cancelled"]], "end": [40, "cancelled"]},
		"k": {"log": [[40, 0, "ok"], [40, 1, "ok", true], [40, 2, "error:NotStarted"]], "end": [40, "raised", "E1"]},
		"c": {"log": [[10, 0, "ok"]], "end": [10, "returned", 7]},
		"n": {"log": [], "end": null}}}`

func parse(t *testing.T, text string) *conformance.Scenario {
	t.Helper()
	s := &conformance.Scenario{}
	require.NoError(t, json.Unmarshal([]byte(text), s))
	return s
}

// What was not observed must not pass: each of these expectations is wrong in
// one place.
func TestWrongExpectationIsNoticed(t *testing.T) {
	got := replayer(t, parse(t, program))
	_, faults := conformance.Judge(parse(t, program), got)
	require.Empty(t, faults)

	for name, change := range map[string]struct{ was, is string }{
		"time of an entry":      {`[30, 2, "cancelled"]`, `[31, 2, "cancelled"]`},
		"step of an entry":      {`[40, 2, "error:NotStarted"]`, `[40, 3, "error:NotStarted"]`},
		"outcome":               {`[30, 1, "timeout", true]`, `[30, 1, "ok", true]`},
		"name of an error":      {`"error:NotStarted"`, `"error:NotLocked"`},
		"value":                 {`[10, 0, "ok", 7]`, `[10, 0, "ok", 8]`},
		"value that is missing": {`[10, 0, "ok", 7]`, `[10, 0, "ok"]`},
		"value too many":        {`[[40, 0, "ok"]`, `[[40, 0, "ok", false]`},
		"entry that is missing": {`[40, 1, "ok", true], `, ``},
		"last entry missing":    {`, [40, 3, "cancelled"]]`, `]`},
		"entry too many":        {`"error:NotStarted"]]`, `"error:NotStarted"], [40, 3, "ok"]]`},
		"order of entries":      {`[30, 2, "cancelled"], [30, 1, "timeout", true]`, `[30, 1, "timeout", true], [30, 2, "cancelled"]`},
		"time of an end":        {`[40, "cancelled"]`, `[41, "cancelled"]`},
		"kind of an end":        {`[40, "cancelled"]`, `[40, "returned"]`},
		"error of an end":       {`[40, "raised", "E1"]`, `[40, "raised", "E2"]`},
		"value of an end":       {`[10, "returned", 7]`, `[10, "returned"]`},
		"end that is missing":   {`[40, "raised", "E1"]`, `null`},
		"end too many":          {`"end": null`, `"end": [0, "cancelled"]`},
		"actor that is missing": {`"c": {"log": [[10, 0, "ok"]], "end": [10, "returned", 7]},`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := strings.Replace(program, change.was, change.is, 1)
			require.NotEqual(t, program, wrong)
			_, faults := conformance.Judge(parse(t, wrong), got)
			assert.Len(t, faults, faultsOf(name))
		})
	}
}

// faultsOf is the number of faults that a change makes.
func faultsOf(change string) int {
	switch change {
	case "entry that is missing", "order of entries":
		return 2 // the entries behind it are in the wrong place
	case "actor that is missing":
		return 2 // its entry and its end
	}
	return 1
}

// An actor that hangs is reported, and the test ends all the same.
func TestHangIsNoticed(t *testing.T) {
	hang := strings.Replace(program, `{"i": 1, "op": "cancel", "task": "m"}`, `{"i": 1, "op": "sleep", "ms": 3000000}`, 1)
	_, faults := conformance.Judge(parse(t, hang), replayer(t, parse(t, hang)))
	assert.NotEmpty(t, faults)
}
