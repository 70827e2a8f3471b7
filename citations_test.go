package asyncgo_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const semantics = "docs/semantics.md"

var (
	ruleHeading = regexp.MustCompile(`(?m)^### (Rule \d+)$`)
	rowStart    = regexp.MustCompile(`(?m)^\| <a id="([^"]*)"></a>(\S*) \|`)
	rowCited    = regexp.MustCompile(`\b((?:TG|BT|[A-Z])-|[RH])(\d{1,2})(?:(?: to |-|–)((?:TG|BT|[A-Z])-|[RH])(\d{1,2}))?\b`)
	rulesCited  = regexp.MustCompile(`(?i)\brules? (\d+(?:(?:, and|,| and) \d+)*)`)
	number      = regexp.MustCompile(`\d+`)
	lineBreak   = regexp.MustCompile(`\n\s*(?://|\*|#)? ?`)
	anchorLink  = regexp.MustCompile(`\]\(([^)\s]*)#([^)\s]+)\)`)
)

// Whatever code, tests and prose cite, a rule or a row, is in docs/semantics.md,
// and each row there is cited: what is not has no test.
func TestCitationsExist(t *testing.T) {
	stands := standsInSemantics(t)
	cited := map[string]bool{}
	walk(t, func(path string) {
		if !slices.Contains([]string{".go", ".md", ".pml", ".py"}, filepath.Ext(path)) {
			return
		}
		for _, id := range citations(read(t, path)) {
			assert.Truef(t, stands[id], "%s cites %s, which is not in %s", path, id, semantics)
			cited[id] = cited[id] || filepath.ToSlash(path) != semantics
		}
	})
	for _, id := range slices.Sorted(maps.Keys(stands)) {
		assert.Truef(t, cited[id], "%s: nothing cites %s", semantics, id)
	}
}

func TestCitations(t *testing.T) {
	for text, want := range map[string][]string{
		"// G-03, P-1: a text": {"G-03", "P-1"},
		"TG-01 to TG-03":       {"TG-01", "TG-02", "TG-03"},
		"H32-H34 and R5":       {"H32", "H33", "H34", "R5"},
		"// Rules 2,\n// 3 and 12: a text, rule 4's error": {"Rule 2", "Rule 3", "Rule 12", "Rule 4"},
		"UTF-8, SHA-256, HTTP2, a rule of 3":               nil,
	} {
		assert.ElementsMatch(t, want, citations(text), text)
	}
}

// Links to a rule or a row lead there.
func TestAnchorsOfSemantics(t *testing.T) {
	anchors := map[string]bool{}
	for id := range standsInSemantics(t) {
		anchors[anchorOf(id)] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^##+ (.+)$`).FindAllStringSubmatch(read(t, semantics), -1) {
		anchors[anchorOf(m[1])] = true
	}
	for _, file := range prose(t) {
		for _, m := range anchorLink.FindAllStringSubmatch(read(t, file), -1) {
			target := filepath.ToSlash(filepath.Join(filepath.Dir(file), m[1]))
			if target == semantics || m[1] == "" && filepath.ToSlash(file) == semantics {
				assert.Truef(t, anchors[m[2]], "%s: %s has no #%s", file, semantics, m[2])
			}
		}
	}
}

// anchorOf is how a heading or a number is linked to.
func anchorOf(id string) string { return strings.ReplaceAll(strings.ToLower(id), " ", "-") }

// standsInSemantics returns the rules and the rows.
func standsInSemantics(t *testing.T) map[string]bool {
	t.Helper()
	text := read(t, semantics)
	ids := map[string]bool{}
	add := func(id string) {
		assert.Falsef(t, ids[id], "%s: %s stands twice", semantics, id)
		ids[id] = true
	}
	for _, m := range ruleHeading.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
	for _, m := range rowStart.FindAllStringSubmatch(text, -1) {
		assert.Equalf(t, anchorOf(m[2]), m[1], "%s: the anchor of %s", semantics, m[2])
		add(m[2])
	}
	require.NotEmpty(t, ids)
	return ids
}

// citations returns the rules and rows that a text names; of a range, all.
func citations(text string) []string {
	text = lineBreak.ReplaceAllString(text, " ")
	var ids []string
	for _, m := range rowCited.FindAllStringSubmatch(text, -1) {
		ids = append(ids, m[1]+m[2])
		if m[3] != m[1] {
			continue
		}
		first, _ := strconv.Atoi(m[2])
		last, _ := strconv.Atoi(m[4])
		for n := first + 1; n <= last; n++ {
			digits := strconv.Itoa(n)
			ids = append(ids, m[1]+strings.Repeat("0", max(len(m[2])-len(digits), 0))+digits)
		}
	}
	for _, m := range rulesCited.FindAllStringSubmatch(text, -1) {
		for _, n := range number.FindAllString(m[1], -1) {
			ids = append(ids, "Rule "+n)
		}
	}
	return ids
}
