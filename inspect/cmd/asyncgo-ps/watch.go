package main

import (
	"context"
	"regexp"
	"time"

	"example.com/asyncgo/inspect/internal/report"
)

// watch prints each finding that comes, until ctx is done, and returns how many
// have come.
func watch(ctx context.Context, from server, every time.Duration, out output) (int, error) {
	n := 0
	var last lasting
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		r, err := from.findings(ctx)
		if ctx.Err() != nil {
			return n, nil // the interruption is the end, not a failure
		}
		if err != nil {
			return n, err
		}
		var fresh []report.Finding
		fresh, last = last.add(r.Findings)
		for _, f := range fresh {
			n++
			if err := out.one(time.Now(), f); err != nil {
				return n, err
			}
		}
		select {
		case <-ctx.Done():
			return n, nil
		case <-tick.C:
		}
	}
}

// lasting has how long each finding had lasted at the last look.
type lasting map[identity]time.Duration

// identity is what stays the same of a finding for as long as it lasts.
type identity struct {
	rule, node, path, text string
	which                  int // of several that are the same otherwise
}

var duration = regexp.MustCompile(`\b(\d+(\.\d+)?(h|ms|m|s|µs|ns))+\b`)

// add returns those of now that have come since the last look, and what lasts
// now. What has lasted for less time than before has come anew.
func (last lasting) add(now []report.Finding) ([]report.Finding, lasting) {
	var fresh []report.Finding
	next := lasting{}
	for _, f := range now {
		id := identity{rule: string(f.Rule), node: f.Node, path: f.Path, text: duration.ReplaceAllString(f.Text, "")}
		for _, again := next[id]; again; _, again = next[id] {
			id.which++
		}
		if before, was := last[id]; !was || f.For < before {
			fresh = append(fresh, f)
		}
		next[id] = f.For
	}
	return fresh, next
}
