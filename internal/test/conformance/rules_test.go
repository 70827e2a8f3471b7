package conformance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/internal/test/conformance"
)

// Here x leaves the barrier when y has taken the index 1, so z gets 1 as well,
// and no party 0.
const barrier = `{
	"name": "", "family": "barrier", "tags": [], "main": ["x", "y", "z", "w", "k"],
	"resources": {"b": {"kind": "barrier", "parties": 3}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "wait", "on": "b", "index": true}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "wait", "on": "b", "index": true}]},
		"z": {"steps": [{"i": 0, "op": "sleep", "ms": 40}, {"i": 1, "op": "wait", "on": "b", "index": true}]},
		"w": {"steps": [{"i": 0, "op": "sleep", "ms": 50}, {"i": 1, "op": "wait", "on": "b"}]},
		"k": {"steps": [{"i": 0, "op": "sleep", "ms": 30}, {"i": 1, "op": "cancel", "task": "x"}]}},
	"expect": {
		"x": {"log": [[10, 0, "ok"], [30, 1, "cancelled"]], "end": [30, "cancelled"]},
		"y": {"log": [[20, 0, "ok"], [50, 1, "ok", 1]], "end": [50, "returned"]},
		"z": {"log": [[40, 0, "ok"], [50, 1, "ok", 1]], "end": [50, "returned"]},
		"w": {"log": [[50, 0, "ok"], [50, 1, "ok"]], "end": [50, "returned"]},
		"k": {"log": [[30, 0, "ok"], [30, 1, "ok", true]], "end": [30, "returned"]}}}`

// Here x is canceled, and y wakes although there was no notification.
const condition = `{
	"name": "", "family": "condition", "tags": ["spurious_wakeup"], "main": ["x", "y", "k"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "wait", "on": "c", "err": "swallow"}, {"i": 2, "op": "release", "on": "c"}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"k": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "cancel", "task": "x"},
			{"i": 2, "op": "sleep", "ms": 20}, {"i": 3, "op": "acquire", "on": "c"}, {"i": 4, "op": "notify", "on": "c", "n": 1}, {"i": 5, "op": "release", "on": "c"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [20, 1, "cancelled"], [20, 2, "ok"]], "end": [20, "returned"]},
		"y": {"log": [[10, 0, "ok"], [10, 1, "ok"], [20, 2, "ok"], [20, 3, "ok"]], "end": [20, "returned"]},
		"k": {"log": [[20, 0, "ok"], [20, 1, "ok", true], [40, 2, "ok"], [40, 3, "ok"], [40, 4, "ok"], [40, 5, "ok"]], "end": [40, "returned"]}}}`

// Here x is notified and then canceled while it queues for the lock before y.
const reacquire = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "y", "n", "k"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "wait", "on": "c", "err": "swallow"}, {"i": 2, "op": "release", "on": "c"}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 30}, {"i": 3, "op": "release", "on": "c"}]},
		"n": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "notify", "on": "c", "n": 1},
			{"i": 3, "op": "sleep", "ms": 30}, {"i": 4, "op": "release", "on": "c"}]},
		"k": {"steps": [{"i": 0, "op": "sleep", "ms": 30}, {"i": 1, "op": "cancel", "task": "x"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [70, 1, "cancelled"], [70, 2, "ok"]], "end": [70, "returned"]},
		"y": {"log": [[20, 0, "ok"], [40, 1, "ok"], [70, 2, "ok"], [70, 3, "ok"]], "end": [70, "returned"]},
		"n": {"log": [[10, 0, "ok"], [10, 1, "ok"], [10, 2, "ok"], [40, 3, "ok"], [40, 4, "ok"]], "end": [40, "returned"]},
		"k": {"log": [[30, 0, "ok"], [30, 1, "ok", true]], "end": [30, "returned"]}}}`

// What a rule excuses is what it names, and nothing beside it.
func TestRulesExcuseNothingElse(t *testing.T) {
	for _, tc := range []struct {
		row, text string
		was, is   string // a further difference
	}{
		{"B-04", barrier, `"x": {"log": [[10, 0, "ok"]`, `"x": {"log": [[11, 0, "ok"]`},
		{"B-04", barrier, `[30, 1, "ok", true]`, `[30, 1, "ok", false]`},
		{"B-04", barrier, `"end": [30, "cancelled"]`, `"end": [30, "returned"]`},
		{"B-04", barrier, `[20, 0, "ok"], [50, 1, "ok", 1]`, `[20, 0, "ok"], [50, 1, "ok", 2]`},
		{"C-02", reacquire, `[[0, 0, "ok"]`, `[[1, 0, "ok"]`},
		{"C-02", reacquire, `"end": [30, "returned"]`, `"end": [31, "returned"]`},
		{"C-02", reacquire, `[10, 2, "ok"]`, `[10, 2, "error:NotLocked"]`},
		{"C-02", reacquire, `[70, 1, "cancelled"], [70, 2, "ok"]], "end": [70`, `[60, 1, "cancelled"], [60, 2, "ok"]], "end": [60`},
		{"C-03, C-07", condition, `[[0, 0, "ok"]`, `[[1, 0, "ok"]`},
		{"C-03, C-07", condition, `[10, 1, "ok"]`, `[10, 1, "cancelled"]`},
		{"C-03, C-07", condition, `[20, 2, "ok"], [20, 3, "ok"]], "end": [20, "returned"]`, `[30, 2, "ok"], [30, 3, "ok"]], "end": [30, "returned"]`},
		{"C-03, C-07", sameInstant, `[12, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50`, `[12, 1, "ok"], [30, 2, "ok"], [30, 3, "ok"]], "end": [30`},
		{"C-03, C-07", sameInstant, `[10, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50`, `[10, 1, "ok"], [70, 2, "ok"], [70, 3, "ok"]], "end": [70`},
		{"C-03, C-07", sameInstant, `[50, 2, "cancelled"], [50, 1, "timeout", true]`, `[50, 2, "ok"], [50, 1, "ok", true]`},
		{"C-03, C-07", queuedEarlier, `[60, 0, "ok"], [90, 1, "ok"], [100, 2, "ok"], [100, 3, "ok"]], "end": [100`, `[60, 0, "ok"], [100, 1, "ok"], [110, 2, "ok"], [110, 3, "ok"]], "end": [110`},
		{"C-03, C-07", queuedEarlier, `[80, 3, "ok"], [80, 4, "ok"]`, `[80, 3, "ok"], [80, 4, "error:NotLocked"]`},
		{"C-02 C-03, C-07", cameAfter, `[50, 1, "cancelled"]`, `[50, 1, "ok"]`},
		{"B-04 C-03, C-07", two, `[5, 0, "ok"], [31, 1, "ok", 1]`, `[5, 0, "ok"], [31, 1, "ok", 0]`},
		{"B-04 C-03, C-07", two, `[50, 2, "cancelled"]`, `[50, 2, "timeout"]`},
		{"C-06", unlocked, `[0, 1, "error:NotLocked"]`, `[0, 1, "ok"]`},
		{"Rule 2", pending, `[20, 3, "cancelled"], [20, 4, "ok"]`, `[20, 3, "ok"], [20, 4, "ok"]`},
		{"Rule 2", pending, `[10, 1, "ok"], [20, 2, "ok"]`, `[20, 1, "ok"], [20, 2, "ok"]`},
		{"Q-10", early, `[[10, 0, "ok"]`, `[[11, 0, "ok"]`},
		{"Q-10", early, `[20, 3, "error:TooManyTaskDone"]`, `[20, 3, "ok"]`},
		{"Q-10", early, `"a"]], "end"`, `"b"]], "end"`},
	} {
		got := replayer(t, parse(t, tc.text))
		rules, faults := conformance.Judge(parse(t, tc.text), got)
		require.Empty(t, faults, tc.row)
		assert.Equal(t, tc.row, rows(rules))

		for _, tags := range []string{`"tags": []`, `"tags": ["spurious_wakeup"]`} { // they decide nothing
			wrong := strings.Replace(tc.text, tc.was, tc.is, 1)
			require.NotEqual(t, tc.text, wrong, tc.was)
			wrong = strings.Replace(wrong, `"tags": []`, tags, 1)
			_, faults = conformance.Judge(parse(t, wrong), got)
			assert.NotEmpty(t, faults, "%s: %s", tc.row, tc.is)
		}
	}
}

func rows(rules []*conformance.Rule) string {
	var all []string
	for _, rule := range rules {
		all = append(all, rule.Row)
	}
	return strings.Join(all, " ")
}

// And what the library does has to be what this module promises, whether it is
// asyncio's observation, another one, or none.
func TestRulesCheckWhatIsPromised(t *testing.T) {
	for _, tc := range []struct {
		why, text string
		spoil     func(got conformance.Observation)
	}{
		{"two have the same index", barrier, func(got conformance.Observation) { got["z"].Log[1].Value = got["y"].Log[1].Value }},
		{"the indices are not in order of arrival", barrier, func(got conformance.Observation) {
			got["y"].Log[1].Value, got["z"].Log[1].Value = got["z"].Log[1].Value, got["y"].Log[1].Value
		}},
		{"y wakes before it is notified", condition, func(got conformance.Observation) { got["y"].Log[2].T = 30 }},
		{"the canceled waiter is neither earlier nor the same", reacquire, func(got conformance.Observation) { got["x"].Log[1].T = 80 }},
		{"the canceled waiter is earlier than its place allows", reacquire, func(got conformance.Observation) { got["x"].Log[1].T = 30 }},
		{"z wakes between the notifications", sameInstant, func(got conformance.Observation) { got["z"].Log[2].T = 60 }},
		{"the notification of y is lost", sameInstant, func(got conformance.Observation) { got["y"].Log[2].T = 70 }},
		{"z does not wake", sameInstant, func(got conformance.Observation) { got["z"].Log, got["z"].End = got["z"].Log[:2], nil }},
		{"w gets the lock after z", queuedEarlier, func(got conformance.Observation) { got["w"].Log[1].T = 110 }},
	} {
		s := parse(t, tc.text)
		replay := replayer(t, s)
		_, faults := conformance.Judge(s, func(how conformance.Emulation) conformance.Observation {
			got := replay(how)
			if how == conformance.Nothing {
				tc.spoil(got)
			}
			return got
		})
		assert.NotEmpty(t, faults, tc.why)
	}
}

// A replay with CPython's peculiarities has to observe what was recorded.
func TestRulesNeedCPython(t *testing.T) {
	s := parse(t, condition)
	replay := replayer(t, s)
	_, faults := conformance.Judge(s, func(how conformance.Emulation) conformance.Observation {
		got := replay(how)
		if how == conformance.CPython {
			got["k"].Log[5].Outcome = "error:NotLocked"
		}
		return got
	})
	assert.NotEmpty(t, faults)
}

// A waiter that asyncio wakes without cause may hang here. It is excused only
// if it hangs where it waits for the notification.
func TestRulesOfActorsThatHang(t *testing.T) {
	text := strings.Replace(condition, `"op": "notify", "on": "c", "n": 1`, `"op": "notify", "on": "c", "n": 0`, 1)
	s := parse(t, text)
	replay := replayer(t, s)
	rules, faults := conformance.Judge(s, replay)
	require.Empty(t, faults)
	assert.Equal(t, "C-03, C-07", rows(rules))

	_, faults = conformance.Judge(s, func(how conformance.Emulation) conformance.Observation {
		got := replay(how)
		if how == conformance.Nothing {
			got["y"].Stuck = &s.Actors["y"].Steps[1]
		}
		return got
	})
	assert.NotEmpty(t, faults)
}
