package page

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
)

func TestEmptyPage(t *testing.T) {
	page := render(t, &inspect.Snapshot{})
	for _, id := range []string{"findings", "tasks", "resources", "totals", "unseen"} {
		assert.Empty(t, parts(t, page, id, item), id)
	}
	assert.Equal(t, 5, strings.Count(page, `class="none"`))
	assert.Contains(t, page, "<title>app 1 · tasks</title>")
}

// The order in which the page says things, which is also that in which they are
// read aloud.
func TestFindingsComeFirst(t *testing.T) {
	var order []string
	for _, m := range section.FindAllStringSubmatch(render(t, &inspect.Snapshot{}), -1) {
		order = append(order, m[1])
	}
	assert.Equal(t, []string{"findings", "tasks", "resources", "totals", "unseen"}, order)
}

func TestFindings(t *testing.T) {
	a := &inspect.Node{ID: "1/0", Kind: inspect.KindTask, Name: "a", State: inspect.StateWaiting}
	b := &inspect.Node{ID: "1/1", Kind: inspect.KindTask, Name: "b", State: inspect.StateWaiting}
	gone := &inspect.Node{ID: "1/2", Kind: inspect.KindTask, Name: "gone"}
	page := render(t, &inspect.Snapshot{Nodes: []*inspect.Node{a, b}},
		inspect.Finding{Rule: inspect.RuleUnseen, Path: "mail", Text: "has failed"},
		inspect.Finding{Rule: inspect.RuleRunning, Path: "gone", Node: gone, Text: "has run"},
		inspect.Finding{Rule: inspect.RuleDeadlock, Path: "bank/a", Node: a, Cycle: []*inspect.Node{a, b}, Text: "2 wait"},
	)
	assert.Equal(t, []string{"unseen mail has failed", "running gone has run", "deadlock bank/a 2 wait a → b → a"}, parts(t, page, "findings", item))
	assert.Equal(t, []string{"a deadlock waiting 0s", "b deadlock waiting 0s"}, rows(t, page))
	assert.Contains(t, page, `<a href="#n-1/0">bank/a</a>`)
	assert.NotContains(t, page, `href="#n-1/2"`, "it is not on the page")
	assert.Contains(t, page, "<title>(3) app 1 · tasks</title>")
}

// Everything that the page allows to be applied or run is what is in it.
func TestThePolicyAllowsThePageAndNothingElse(t *testing.T) {
	page := render(t, &inspect.Snapshot{})
	for kind, text := range map[string]string{"style": styles, "script": script} {
		within := regexp.MustCompile(`(?s)<`+kind+`>(.*?)</`+kind+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, within, 1, kind)
		assert.Equal(t, text, within[0][1], kind)
		assert.Contains(t, Policy, kind+"-src '"+Checksum(within[0][1])+"'", kind)
		page = strings.Replace(page, within[0][0], "", 1)
	}
	assert.NotContains(t, Policy, "unsafe")
	assert.True(t, strings.HasPrefix(Policy, "default-src 'none';"))
	for _, m := range tag.FindAllString(page, -1) {
		assert.NotRegexp(t, ` (style|src|on\w+)=|://|javascript:`, m)
	}
	assert.NotContains(t, styles, "url(")
	assert.NotContains(t, styles, "@import")
}

// Without scripts, and only then, the page loads itself again.
func TestWithoutScripts(t *testing.T) {
	page := render(t, &inspect.Snapshot{})
	assert.Equal(t, 1, strings.Count(page, `http-equiv="refresh"`))
	assert.Contains(t, page, `<noscript><meta http-equiv="refresh" content="2"></noscript>`)
	assert.Contains(t, page, `<div id="tools" hidden>`, "what needs scripts")
}

func TestEverythingOfTheProgramIsEscaped(t *testing.T) {
	evil := `"'><script>alert(1)</script><img src=x onerror=alert(1)>` + "\x00\u202e\n"
	wait := inspect.Wait{What: inspect.WaitKeyed, Name: evil, Key: evil}
	node := func(kind inspect.Kind) *inspect.Node {
		return &inspect.Node{
			ID: "1", Kind: kind, Name: evil, Func: evil, Site: evil, State: inspect.StateWaiting,
			Waits: []inspect.Wait{wait}, Holds: []inspect.Wait{wait}, Cause: evil, Error: evil,
			Counts: &inspect.Counts{}, Hidden: 1, Stack: []inspect.Frame{{Func: evil, File: evil}},
		}
	}
	page := render(t, &inspect.Snapshot{
		Nodes:     []*inspect.Node{node(inspect.KindGroup), node(inspect.KindCall), node(inspect.KindTask), node(inspect.KindFunc)},
		Resources: []*inspect.Resource{{Kind: "keyed", Name: evil}},
		Totals:    []*inspect.Total{{Kind: inspect.KindGroup, Name: evil}},
		Unseen:    []*inspect.Unseen{{Name: evil, Func: evil, Site: evil, Error: evil}},
	}, inspect.Finding{Rule: inspect.RuleDeadlock, Path: evil, Text: evil, Node: node(inspect.KindTask), Cycle: []*inspect.Node{node(inspect.KindTask)}})
	assert.Equal(t, 1, strings.Count(page, "<script"))
	for _, never := range []string{"<img", "\x00", "\u202e"} {
		assert.Falsef(t, strings.Contains(page, never), "%q", never) //nolint:testifylint // the page is long
	}
	value := regexp.MustCompile(`"[^"]*"`)
	for _, m := range tag.FindAllString(page, -1) {
		assert.NotContains(t, value.ReplaceAllString(m, ""), "alert")
	}
}

// One name must not make a page of a megabyte, once a second.
func TestLongNamesAreCut(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	page := render(t, &inspect.Snapshot{
		Nodes: []*inspect.Node{{
			ID: "1", Kind: inspect.KindTask, Name: long, Func: long, Error: long, State: inspect.StateWaiting,
			Waits: []inspect.Wait{{What: inspect.WaitLock, Name: long}},
		}},
		Resources: []*inspect.Resource{{Kind: "lock", Name: long}},
		Totals:    []*inspect.Total{{Name: long}},
		Unseen:    []*inspect.Unseen{{Name: long, Error: long}},
	})
	assert.Less(t, len(page), 40_000)
	assert.Regexp(t, `href="#r-[a-z0-9]+"`, page, "it leads to the resource all the same")
}

func TestTotals(t *testing.T) {
	page := render(t, &inspect.Snapshot{Totals: []*inspect.Total{
		{Kind: inspect.KindGroup, Name: "crawl", Opened: 3, Open: 1, Begun: 12_000, Ended: 11_990, Failed: 3, Cancelled: 4, Panicked: 1, Busy: time.Hour},
		{Kind: inspect.KindTask},
	}})
	assert.Equal(t, []string{
		"since the start open begun ended failed panicked cancelled busy",
		"group crawl open 1 begun 12 000 ended 11 990 failed 3 panicked 1 cancelled 4 busy 1h0m",
		"task open 0 begun 0 ended 0 failed 0 panicked 0 cancelled 0 busy 0s",
	}, parts(t, page, "totals", item))
}

func TestUnseen(t *testing.T) {
	page := render(t, &inspect.Snapshot{Unseen: []*inspect.Unseen{
		{Name: "mail", Func: "example.com/app/mail.Send", Site: "mail.go:31", Error: "refused", Age: 95 * time.Second},
		{Error: "broken\npipe"},
	}})
	assert.Equal(t, []string{"mail mail.Send at mail.go:31 1m35s refused", `task 0s broken\npipe`}, parts(t, page, "unseen", item))
}

func TestStates(t *testing.T) {
	task := func(id int, state inspect.State) *inspect.Node {
		return &inspect.Node{ID: fmt.Sprint(id), Kind: inspect.KindTask, Index: id, State: state}
	}
	page := render(t, &inspect.Snapshot{Nodes: []*inspect.Node{
		task(1, inspect.StateRunning), task(2, inspect.StateRunning), task(3, inspect.StateQueued),
		{ID: "9", Kind: inspect.KindGroup, State: inspect.StateJoining, Hidden: 20_000},
	}})
	states := regexp.MustCompile(`(?s)<p id="states">.*?</p>`).FindString(page)
	assert.Equal(t, "2 running 0 waiting 0 calling 1 queued 20 000 not listed", plain(states))
}
