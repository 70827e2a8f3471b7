package inspect

import (
	"context"
	"log/slog"
	"time"
)

// Watch checks at once and then every so often until ctx ends, and passes each
// finding to report once for as long as it lasts; if it is gone at one check and
// there again at a later one, it is reported again. If report is nil, findings
// are logged to [slog.Default] at level warning.
//
// Watch runs in the caller's goroutine, and report is called there, one finding
// at a time; a panic in it passes on. A slow report delays the next check. Watch
// returns nil when ctx ends, at once if it is done already. It panics if every is
// not positive, if ctx is nil, or if m was not made by [New]. As a task it should
// be a daemon:
//
//	g.Go(func(ctx context.Context) error {
//		return m.Watch(ctx, time.Second, inspect.DefaultRules(), nil)
//	}, taskgroup.Daemon())
//
// Different calls of Watch report independently of each other.
func (m *Monitor) Watch(ctx context.Context, every time.Duration, r Rules, report func(Finding)) error {
	m.check()
	return follow(ctx, every, r, report, func() *Snapshot { return m.collect(0) })
}

// follow is Watch over snapshots that collect makes.
func follow(ctx context.Context, every time.Duration, r Rules, report func(Finding), collect func() *Snapshot) error {
	if ctx == nil {
		panic(misused("Watch with a nil context"))
	}
	if every <= 0 {
		panic(misused("Watch with an interval that is not positive"))
	}
	if report == nil {
		report = func(f Finding) { logFinding(ctx, f) }
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var last map[findingKey]bool // what the check before found
	for ctx.Err() == nil {
		found := make(map[findingKey]bool)
		for _, f := range check(r, collect) {
			found[f.key] = true
			if !last[f.key] {
				report(f.Finding)
			}
		}
		last = found
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	return nil
}

func logFinding(ctx context.Context, f Finding) {
	slog.Default().LogAttrs(ctx, slog.LevelWarn, "inspect: "+f.String(),
		slog.String("rule", string(f.Rule)), slog.String("path", f.Path), slog.Duration("for", f.For))
}
