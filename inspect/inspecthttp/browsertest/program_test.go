package browsertest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp/internal/page"
)

// program serves the page of a snapshot that the test changes.
type program struct {
	url      string
	requests chan request

	mu       sync.Mutex
	snapshot inspect.Snapshot
	findings []inspect.Finding
	status   int
}

// request is one that has been answered.
type request struct {
	at time.Time
	by string // document: the browser; empty: the script
}

func serve(t *testing.T, nodes ...*inspect.Node) *program {
	t.Helper()
	p := &program{requests: make(chan request, 100), snapshot: inspect.Snapshot{Nodes: nodes}, status: http.StatusOK}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.url = s.URL + "/debug/tasks"
	return p
}

func (p *program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status != http.StatusOK {
		http.Error(w, "out of order", p.status)
		return
	}
	var out bytes.Buffer
	p.snapshot.Time = time.Now()
	if err := page.Render(&out, "program 1", &p.snapshot, p.findings); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", page.Policy)
	_, _ = w.Write(out.Bytes())
	select {
	case p.requests <- request{time.Now(), r.Header.Get("Sec-Fetch-Dest")}:
	default:
	}
}

// change changes what runs, between two answers.
func (p *program) change(f func(s *inspect.Snapshot)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.snapshot)
}

func group(id string, children ...*inspect.Node) *inspect.Node {
	return &inspect.Node{ID: id, Kind: inspect.KindGroup, Name: "group-" + id, Index: -1, State: inspect.StateJoining, Counts: &inspect.Counts{}, Children: children}
}

func task(id string, children ...*inspect.Node) *inspect.Node {
	state := inspect.StateRunning
	if len(children) > 0 {
		state = inspect.StateCalling
	}
	return &inspect.Node{ID: id, Kind: inspect.KindTask, Name: "task-" + id, State: state, Children: children}
}

// tasks returns n tasks of the group id.
func tasks(id string, n int) []*inspect.Node {
	all := make([]*inspect.Node, 0, n)
	for i := range n {
		all = append(all, task(id+"/"+strconv.Itoa(i)))
	}
	return all
}
