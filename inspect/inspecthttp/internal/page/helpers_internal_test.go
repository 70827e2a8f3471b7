package page

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// render renders the page of a snapshot.
func render(t *testing.T, s *inspect.Snapshot, findings ...inspect.Finding) string {
	t.Helper()
	if s.Time.IsZero() {
		s.Time = noon
	}
	var out bytes.Buffer
	require.NoError(t, Render(&out, "app 1", s, findings))
	return out.String()
}

var (
	section = regexp.MustCompile(`(?s)<section id="(\w+)".*?</section>`)
	line    = regexp.MustCompile(`(?s)<(?:summary|div) class="row.*?</(?:summary|div)>`)
	item    = regexp.MustCompile(`(?s)<(?:li|tr)[ >].*?</(?:li|tr)>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

// part returns the text of each of what matches within a section of the page.
func parts(t *testing.T, page, id string, what *regexp.Regexp) []string {
	t.Helper()
	var found []string
	for _, m := range section.FindAllStringSubmatch(page, -1) {
		if m[1] != id {
			continue
		}
		for _, part := range what.FindAllString(m[0], -1) {
			found = append(found, plain(part))
		}
	}
	return found
}

// plain returns the text of HTML, with single spaces.
func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(s, ""))), " ")
}

// rows returns the lines of the tree.
func rows(t *testing.T, page string) []string {
	t.Helper()
	return parts(t, page, "tasks", line)
}
