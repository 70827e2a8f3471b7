package inspecthttp

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"os"
	"path/filepath"
	"strconv"

	"example.com/asyncgo/inspect"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// pagePolicy allows the style sheet and the script that are in the page, by
// their checksums, requests to where the page came from, and the icon.
var pagePolicy = nothing +
	"; style-src '" + checksum(pageCSS) + "'; script-src '" + checksum(pageJS) + "'; connect-src 'self'; img-src data:"

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the template shows.
type page struct {
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

// program says which process this is.
func program() string { return visible(filepath.Base(os.Args[0])) + " " + strconv.Itoa(os.Getpid()) }

func renderPage(out *bytes.Buffer, program string, s *inspect.Snapshot, findings []inspect.Finding) error {
	t := newTree(s, findings)
	p := page{
		Style:   template.CSS(pageCSS), //nolint:gosec // embedded
		Script:  template.JS(pageJS),   //nolint:gosec // embedded
		Program: program,
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
	return pageTemplate.Execute(out, p)
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
		return cell{Head: head, Value: group3(int(min(n, 1<<62))), Zero: n == 0, Bad: bad && n > 0}
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
