package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/asyncgo/inspect/internal/report"
)

// output prints, as text or as JSON.
type output struct {
	w    io.Writer
	json bool
}

// all prints the nodes, in the server's words, and the findings.
func (o output) all(nodes []byte, r report.Report) error {
	if o.json {
		return o.object(struct {
			Snapshot json.RawMessage `json:"snapshot"`
			report.Report
		}{nodes, r})
	}
	var b bytes.Buffer
	b.WriteString(printable(string(nodes)))
	if len(r.Findings) == 0 {
		b.WriteString("\nno findings\n")
	} else {
		b.WriteString("\n")
	}
	for _, f := range r.Findings {
		fmt.Fprintln(&b, printableLine(f.String()))
	}
	_, err := o.w.Write(b.Bytes())
	return err
}

// one prints a finding that has just come.
func (o output) one(now time.Time, f report.Finding) error {
	if o.json {
		return o.object(struct {
			Time time.Time `json:"time"`
			report.Finding
		}{now, f})
	}
	_, err := fmt.Fprintln(o.w, now.Format(time.TimeOnly), printableLine(f.String()))
	return err
}

func (o output) object(v any) error { return json.NewEncoder(o.w).Encode(v) }

// printable replaces control characters, which a terminal acts on. A page of
// inspecthttp has none, but the address may lead to anything.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, s)
}

func printableLine(s string) string { return strings.ReplaceAll(printable(s), "\n", " ") }
