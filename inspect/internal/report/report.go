// Package report is how findings are sent as JSON: what inspecthttp writes for
// ?format=findings, and what asyncgo-ps reads.
package report

import (
	"time"

	"example.com/asyncgo/inspect"
)

// Report is the JSON object.
type Report struct {
	Findings []Finding `json:"findings"`
}

// Finding is an [inspect.Finding] with the IDs of its nodes instead of the
// nodes: they are in the snapshot.
type Finding struct {
	Rule  inspect.Rule  `json:"rule"`
	Path  string        `json:"path"`
	Node  string        `json:"node,omitempty"`
	Cycle []string      `json:"cycle,omitempty"`
	For   time.Duration `json:"for_ns"`
	Text  string        `json:"text"`
}

// New returns the report of findings, in their order.
func New(findings []inspect.Finding) Report {
	r := Report{Findings: make([]Finding, 0, len(findings))}
	for _, f := range findings {
		sent := Finding{Rule: f.Rule, Path: f.Path, For: f.For, Text: f.Text}
		if f.Node != nil {
			sent.Node = f.Node.ID
		}
		for _, n := range f.Cycle {
			sent.Cycle = append(sent.Cycle, n.ID)
		}
		r.Findings = append(r.Findings, sent)
	}
	return r
}

// String is "RULE: PATH: TEXT", as [inspect.Finding.String] has it.
func (f Finding) String() string { return string(f.Rule) + ": " + f.Path + ": " + f.Text }
