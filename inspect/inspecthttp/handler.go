// Package inspecthttp shows over HTTP what package inspect sees: [Handler] is a
// page that refreshes itself, and the same as text, JSON, metrics and
// timelines; [Publish] adds the totals to package expvar.
//
// It is a package of its own so that net/http is linked only into programs that
// import it. It registers nothing on [http.DefaultServeMux]; package expvar, which
// it imports, registers /debug/vars there.
package inspecthttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp/internal/page"
	"example.com/asyncgo/inspect/internal/report"
)

// Handler answers GET and HEAD requests with what m sees. It needs no path of
// its own: the query selects the format.
//
//	?format=html      the page, also without a format
//	?format=text      the text of Snapshot.WriteText
//	?format=json      the Snapshot
//	?format=findings  what Monitor.Check finds by inspect.DefaultRules: JSON,
//	                  {"findings":[{"rule","path","node","cycle","for_ns","text"}]}
//	?format=metrics   Prometheus text, as Snapshot.WriteMetrics writes it
//	?format=trace     the timeline, for Perfetto
//	?format=svg       the timeline, as a picture
//
// With &stacks=1, text and JSON are those of [inspect.Monitor.SnapshotStacks];
// the stacks follow the text. If m is nil, each request is answered for
// [inspect.Default].
//
// Other methods get status 405, other formats 400, timelines of a monitor
// without [inspect.WithTimeline] 404, and while there is no default monitor
// every request gets 503; the body names the remedy.
//
// Handler panics if m is the zero Monitor.
//
// The answers show names, errors and code of the program: mount the handler
// where net/http/pprof is mounted, not where strangers reach it. Each request
// costs one snapshot.
//
// It mirrors python -m asyncio pstree, which reads another process's memory
// instead.
func Handler(m *inspect.Monitor) http.Handler {
	check(m)
	return handler{monitor: m}
}

// check panics if m is the zero Monitor, as its methods do.
func check(m *inspect.Monitor) {
	if m != nil {
		m.KeepsTimeline()
	}
}

type handler struct {
	monitor *inspect.Monitor // nil: the default one
}

// monitorOrDefault returns nil if there is neither.
func monitorOrDefault(m *inspect.Monitor) *inspect.Monitor {
	if m == nil {
		m = inspect.Default()
	}
	return m
}

// format is one way to answer. Nothing is sent before write has returned, so
// that a failure still has a status.
type format struct {
	contentType string
	policy      func(body []byte) string // the Content-Security-Policy
	write       func(out *bytes.Buffer, m *inspect.Monitor, stacks bool) error
}

// nothing is the Content-Security-Policy of what needs neither styles nor
// scripts.
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func plain([]byte) string { return nothing }

// ofPage allows what the page has.
func ofPage([]byte) string { return page.Policy }

// ofPicture allows the style sheet that a picture has. What is the program's is
// escaped in it: the first style element is the picture's own.
func ofPicture(svg []byte) string {
	_, rest, ok := bytes.Cut(svg, []byte("<style>"))
	if !ok {
		return nothing
	}
	styles, _, _ := bytes.Cut(rest, []byte("</style>"))
	return nothing + "; style-src '" + page.Checksum(styles) + "'"
}

var formats = map[string]format{
	"":         {"text/html; charset=utf-8", ofPage, writePage},
	"html":     {"text/html; charset=utf-8", ofPage, writePage},
	"text":     {"text/plain; charset=utf-8", plain, writeText},
	"json":     {"application/json; charset=utf-8", plain, writeJSON},
	"findings": {"application/json; charset=utf-8", plain, writeFindings},
	"metrics":  {"text/plain; version=0.0.4; charset=utf-8", plain, writeMetrics},
	"trace":    {"application/json; charset=utf-8", plain, writeTrace},
	"svg":      {"image/svg+xml; charset=utf-8", ofPicture, writeSVG},
}

var errNoTimeline = errors.New("this monitor keeps no timeline: make it with inspect.New(inspect.WithTimeline(10_000))")

const (
	badMethod = "only GET and HEAD are answered"
	badFormat = "there is no such format: html, text, json, findings, metrics, trace and svg are there"
	noMonitor = `nothing is seen, because no monitor is on. This line in main turns it on:

	inspect.SetDefault(inspect.New())`
)

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", nothing)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		refuse(w, r, http.StatusMethodNotAllowed, badMethod)
		return
	}
	query := r.URL.Query()
	f, ok := formats[query.Get("format")]
	if !ok {
		refuse(w, r, http.StatusBadRequest, badFormat)
		return
	}
	m := monitorOrDefault(h.monitor)
	if m == nil {
		refuse(w, r, http.StatusServiceUnavailable, noMonitor)
		return
	}
	var body bytes.Buffer
	switch err := f.write(&body, m, query.Get("stacks") == "1"); {
	case errors.Is(err, errNoTimeline):
		refuse(w, r, http.StatusNotFound, err.Error())
	case err != nil:
		refuse(w, r, http.StatusInternalServerError, err.Error())
	default:
		header.Set("Content-Security-Policy", f.policy(body.Bytes()))
		send(w, r, http.StatusOK, f.contentType, body.Bytes())
	}
}

// refuse answers with a sentence.
func refuse(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	send(w, r, status, "text/plain; charset=utf-8", []byte(sentence+"\n"))
}

func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that is gone gets nothing
	}
}

func snapshot(m *inspect.Monitor, stacks bool) *inspect.Snapshot {
	if stacks {
		return m.SnapshotStacks()
	}
	return m.Snapshot()
}

func writePage(out *bytes.Buffer, m *inspect.Monitor, _ bool) error {
	s := m.Snapshot()
	return page.Render(out, program(), s, m.Check(inspect.DefaultRules()))
}

// program says which process this is.
func program() string { return filepath.Base(os.Args[0]) + " " + strconv.Itoa(os.Getpid()) }

func writeText(out *bytes.Buffer, m *inspect.Monitor, stacks bool) error {
	s := snapshot(m, stacks)
	if err := s.WriteText(out); err != nil {
		return err
	}
	page.WriteStacks(out, s)
	return nil
}

func writeJSON(out *bytes.Buffer, m *inspect.Monitor, stacks bool) error {
	return json.NewEncoder(out).Encode(snapshot(m, stacks))
}

func writeFindings(out *bytes.Buffer, m *inspect.Monitor, _ bool) error {
	return json.NewEncoder(out).Encode(report.New(m.Check(inspect.DefaultRules())))
}

func writeMetrics(out *bytes.Buffer, m *inspect.Monitor, _ bool) error {
	return m.Snapshot().WriteMetrics(out)
}

func writeTrace(out *bytes.Buffer, m *inspect.Monitor, _ bool) error {
	t, err := timeline(m)
	if err != nil {
		return err
	}
	return t.WriteTrace(out)
}

func writeSVG(out *bytes.Buffer, m *inspect.Monitor, _ bool) error {
	t, err := timeline(m)
	if err != nil {
		return err
	}
	return t.WriteSVG(out)
}

func timeline(m *inspect.Monitor) (*inspect.Timeline, error) {
	if !m.KeepsTimeline() {
		return nil, errNoTimeline
	}
	return m.Timeline(), nil
}
