// Package page renders the page of inspecthttp. It is complete HTML: style sheet
// and script are within it, and allowed by their checksums, so that it works
// wherever it is mounted. The script fetches the page anew and applies what
// differs.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"example.com/asyncgo/inspect"
)

var (
	//go:embed *.html
	markup embed.FS
	//go:embed style script
	assets embed.FS

	whole = template.Must(template.ParseFS(markup, "page.html", "rows.html"))

	styles = joined("style/%s.css", "colors", "text", "header", "sections", "tree", "aside", "widths")
	// In a block, so that its names are not those of the window.
	script = "'use strict';\n{\n" +
		joined("script/%s.js", "elements", "refresh", "slices", "morph", "scroll", "fold", "keyboard", "links", "filter", "start") + "}\n"
)

// joined returns the files of those names, in that order.
func joined(path string, names ...string) string {
	var all strings.Builder
	for _, name := range names {
		file, err := assets.ReadFile(fmt.Sprintf(path, name))
		if err != nil {
			panic(err) // it is not in the list of what is embedded
		}
		all.Write(file)
	}
	return all.String()
}

// Policy is the Content-Security-Policy of the page. It allows the style sheet
// and the script that are in it, requests to where it came from, and the icon.
var Policy = "default-src 'none'; style-src '" + Checksum(styles) + "'; script-src '" + Checksum(script) +
	"'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Checksum is the source of a Content-Security-Policy that allows text.
func Checksum[T string | []byte](text T) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// content is what the template shows.
type content struct {
	Style     template.CSS
	Script    template.JS
	Program   string
	Time      string
	States    []stateCount
	Hidden    string
	Findings  []finding
	Roots     []*row
	Resources []*resource
	Totals    []total
	Unseen    []unseen
}

type stateCount struct {
	State string
	Count string
}

// finding is one as the page shows it.
type finding struct {
	Rule  string
	Path  link
	Text  string
	Cycle []link
}

// total is one as the page shows it.
type total struct {
	Kind, Name string
	Cells      []cell
}

type cell struct {
	Head, Value string
	Zero, Bad   bool
}

// unseen is one as the page shows it.
type unseen struct {
	Name, Func, FuncIs, Site, Error, Age string
}

// Render writes the page of a program. It looks at s and findings only; a node
// that is in findings but not in s is named, without a link.
func Render(out io.Writer, program string, s *inspect.Snapshot, findings []inspect.Finding) error {
	t := newTree(s, findings)
	p := content{
		Style:   template.CSS(styles), //nolint:gosec // embedded
		Script:  template.JS(script),  //nolint:gosec // embedded
		Program: visible(program),
		Time:    s.Time.Format("15:04:05"),
	}
	p.Resources = t.addResources(s) // before the rows, which lead to them
	p.Roots = t.rows(nil, s.Nodes)
	for _, f := range findings {
		p.Findings = append(p.Findings, t.finding(f))
	}
	for _, state := range []inspect.State{inspect.StateRunning, inspect.StateWaiting, inspect.StateCalling, inspect.StateQueued} {
		p.States = append(p.States, stateCount{string(state), group3(t.states[state])})
	}
	if t.hidden > 0 {
		p.Hidden = group3(t.hidden)
	}
	for _, total := range s.Totals {
		p.Totals = append(p.Totals, showTotal(total))
	}
	for _, u := range s.Unseen {
		p.Unseen = append(p.Unseen, unseen{
			Name: visible(u.Name), Func: visible(base(u.Func)), FuncIs: visible(u.Func), Site: visible(u.Site),
			Error: visible(u.Error), Age: short(u.Age),
		})
	}
	return whole.Execute(out, p)
}

func (t *tree) finding(f inspect.Finding) finding {
	shown := finding{Rule: string(f.Rule), Path: link{Name: visible(f.Path)}, Text: visible(f.Text)}
	if f.Node != nil {
		shown.Path.Href = t.link(f.Node).Href
	}
	for _, n := range f.Cycle {
		shown.Cycle = append(shown.Cycle, t.link(n))
	}
	return shown
}

func showTotal(t *inspect.Total) total {
	number := func(head string, n uint64, bad bool) cell {
		return cell{Head: head, Value: group3(n), Zero: n == 0, Bad: bad && n > 0}
	}
	return total{Kind: string(t.Kind), Name: visible(t.Name), Cells: []cell{
		number("open", uint64(max(t.Open, 0)), false),
		number("begun", t.Begun, false),
		number("ended", t.Ended, false),
		number("failed", t.Failed, true),
		number("panicked", t.Panicked, true),
		number("cancelled", t.Cancelled, false),
		{Head: "busy", Value: short(t.Busy), Zero: t.Busy == 0},
	}}
}
