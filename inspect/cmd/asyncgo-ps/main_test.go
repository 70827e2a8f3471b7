package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/internal/report"
)

// standIn answers like a page whose findings are set by the test.
type standIn struct {
	mu       sync.Mutex
	findings []report.Finding
	queries  []string
	looked   func(n int) // after the n-th answer with findings, from 1
	looks    int
}

func (p *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queries = append(p.queries, r.URL.RawQuery)
	switch r.URL.Query().Get("format") {
	case "text":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("group \"crawl\"\n└── worker\x1b[31m\n"))
	case "json":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(`{"time":"2026-11-30T12:00:00Z","nodes":[]}` + "\n"))
	case "findings":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(report.Report{Findings: p.findings})
		if p.looks++; p.looked != nil {
			p.looked(p.looks)
		}
	}
}

var stuck = report.Finding{Rule: inspect.RuleWaiting, Path: "crawl/worker", Node: "1/0", For: 31 * time.Second, Text: "has waited at lock\nfor 31s"}

// ps runs the command and returns its exit status and what it prints.
func ps(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs, time.Millisecond)
	return status, out.String(), errs.String()
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestNoFindings(t *testing.T) {
	status, stdout, stderr := ps(t, serve(t, &standIn{}))
	assert.Equal(t, clean, status)
	assert.Equal(t, "group \"crawl\"\n└── worker\uFFFD[31m\n\nno findings\n", stdout)
	assert.Empty(t, stderr)
}

func TestFindings(t *testing.T) {
	status, stdout, stderr := ps(t, serve(t, &standIn{findings: []report.Finding{stuck}}))
	assert.Equal(t, found, status)
	assert.True(t, strings.HasSuffix(stdout, "\n\nwaiting: crawl/worker: has waited at lock for 31s\n"), stdout)
	assert.Empty(t, stderr)
}

func TestJSON(t *testing.T) {
	status, stdout, _ := ps(t, "-json", serve(t, &standIn{findings: []report.Finding{stuck}}))
	assert.Equal(t, found, status)
	assert.JSONEq(t, `{
		"snapshot": {"time": "2026-11-30T12:00:00Z", "nodes": []},
		"findings": [{"rule": "waiting", "path": "crawl/worker", "node": "1/0", "for_ns": 31000000000, "text": "has waited at lock\nfor 31s"}]
	}`, stdout)
}

// The address may lack its scheme, and what else is in its query stays.
func TestAddress(t *testing.T) {
	page := &standIn{}
	address := strings.TrimPrefix(serve(t, page), "http://")
	status, _, stderr := ps(t, "-stacks", address+"/debug/tasks?key=1&format=svg&stacks=0")
	assert.Equal(t, clean, status, stderr)
	assert.Equal(t, []string{"format=text&key=1&stacks=1", "format=findings&key=1"}, page.queries)
}

func TestErrors(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	refuses := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "inspect.SetDefault(\x1b", http.StatusServiceUnavailable)
	}))
	elsewhere := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
	}))
	garbled := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaTypes[r.URL.Query().Get("format")])
		_, _ = w.Write([]byte("{"))
	}))
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no address":      {nil, "usage: asyncgo-ps"},
		"two addresses":   {[]string{"a", "b"}, "usage: asyncgo-ps"},
		"unknown flag":    {[]string{"-x", "a"}, "usage: asyncgo-ps"},
		"not together":    {[]string{"-watch", "-stacks", "a"}, "usage: asyncgo-ps"},
		"no URL":          {[]string{"http://a b/"}, "invalid character"},
		"another scheme":  {[]string{"ftp://a/"}, "no address of a page"},
		"no host":         {[]string{"http:///x"}, "no address of a page"},
		"unreachable":     {[]string{closed.URL}, "refused"},
		"no monitor":      {[]string{refuses}, "503 Service Unavailable: inspect.SetDefault(\uFFFD"},
		"another page":    {[]string{elsewhere}, "no page of inspecthttp"},
		"no JSON":         {[]string{garbled}, "unexpected end of JSON input"},
		"unreachable now": {[]string{"-watch", closed.URL}, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := ps(t, test.args...)
			assert.Equal(t, failed, status)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, test.says)
		})
	}
}

func TestHelp(t *testing.T) {
	status, _, stderr := ps(t, "-h")
	assert.Equal(t, clean, status)
	assert.Contains(t, stderr, "usage: asyncgo-ps [-watch] [-json] [-stacks] URL\n")
}

// watching runs the command with -watch, and interrupts it after the last of
// looks. Before each look the findings are those of the same place in looks.
func watching(t *testing.T, looks [][]report.Finding, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	page := &standIn{findings: looks[0]}
	page.looked = func(n int) { // with page.mu held
		if n == len(looks) {
			interrupt()
			return
		}
		if n < len(looks) {
			page.findings = looks[n]
		}
	}
	var out, errs bytes.Buffer
	status = run(ctx, append(args, "-watch", serve(t, page)), &out, &errs, time.Millisecond)
	return status, out.String(), errs.String()
}

func TestWatch(t *testing.T) {
	later := stuck
	later.For, later.Text = 62*time.Second, "has waited at lock\nfor 1m2.5s"
	other := stuck
	other.Node = "1/1"
	last := []report.Finding{} // the answer that the interruption meets
	status, stdout, stderr := watching(t, [][]report.Finding{{stuck}, {later, other}, {later, other}, {}, {stuck}, last})
	assert.Equal(t, found, status)
	assert.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	require.Len(t, lines, 3, stdout)
	for _, line := range lines {
		assert.Regexp(t, `^\d\d:\d\d:\d\d waiting: crawl/worker: has waited at lock for 31s$`, line)
	}
}

func TestWatchJSON(t *testing.T) {
	status, stdout, _ := watching(t, [][]report.Finding{{stuck}, {stuck}, nil}, "-json")
	assert.Equal(t, found, status)
	var got struct {
		Time time.Time
		report.Finding
	}
	decoder := json.NewDecoder(strings.NewReader(stdout))
	require.NoError(t, decoder.Decode(&got))
	assert.Equal(t, stuck, got.Finding)
	assert.False(t, got.Time.IsZero())
	assert.False(t, decoder.More())
}

func TestWatchWithoutFindings(t *testing.T) {
	status, stdout, stderr := watching(t, [][]report.Finding{nil, nil, nil})
	assert.Equal(t, clean, status)
	assert.Empty(t, stdout)
	assert.Empty(t, stderr)
}

// What lasts has come once, what has begun anew comes again.
func TestLasting(t *testing.T) {
	finding := func(text string, lasted time.Duration) report.Finding {
		return report.Finding{Rule: inspect.RuleWaiting, Path: "a", Node: "1", Text: text, For: lasted}
	}
	var last lasting
	look := func(now ...report.Finding) int {
		var fresh []report.Finding
		fresh, last = last.add(now)
		return len(fresh)
	}
	assert.Equal(t, 1, look(finding(`at lock "2s" for 31s`, 31)))
	assert.Equal(t, 0, look(finding(`at lock "2s" for 1m3s`, 63)))
	assert.Equal(t, 1, look(finding(`at lock "b" for 1m3s`, 63)), "another lock")
	assert.Equal(t, 1, look(finding(`at lock "b" for 31s`, 31)), "anew")
	assert.Equal(t, 1, look(finding(`at lock "b" for 32s`, 32), finding(`at lock "b" for 31s`, 31)), "two of them")
	assert.Equal(t, 0, look(finding(`at lock "b" for 33s`, 33), finding(`at lock "b" for 32s`, 32)))
	assert.Equal(t, 0, look())
	assert.Equal(t, 1, look(finding(`at lock "b" for 34s`, 34)), "again")
}
