package main

import (
	_ "embed"
	"encoding/json"
	"net/http"
)

//go:embed page.html
var pageHTML []byte

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(pageHTML)
}

// handleStats sends the numbers that the page shows.
func (s *service) handleStats(w http.ResponseWriter, _ *http.Request) {
	type host struct {
		Name                           string
		Calls, Now, Most, Failed, Late int64
	}
	stats := struct {
		Requests, Running, Partial, Empty int64
		Views, ViewsRunning, ViewsSkipped int64
		LogsDropped                       int64
		PerHost                           int
		Hosts                             []host
	}{
		Requests: s.finished.Load(), Running: s.begun.Load() - s.finished.Load(), Partial: s.partial.Load(), Empty: s.empty.Load(),
		Views: s.views.Load(), ViewsRunning: int64(s.background.Running()), ViewsSkipped: s.skipped.Load(),
		LogsDropped: s.logs.Dropped(),
		PerHost:     s.perHost,
	}
	for i, u := range s.upstreams.hosts {
		stats.Hosts = append(stats.Hosts, host{hostNames[i], u.calls.Load(), u.now.Load(), u.most.Load(), u.failed.Load(), u.abandoned.Load()})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(stats)
}
