package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type use struct{ dir, adds string }

func (u use) folder() string { return filepath.Join("uses", "testdata", u.dir) }

// uses are the programs, in the order of the report, and what each adds to the
// first.
var uses = []use{
	{dir: "errgroup"},
	{dir: "taskgroup", adds: "taskgroup"},
	{dir: "semaphore", adds: "semaphore"},
	{dir: "queue", adds: "queue"},
	{dir: "inspect", adds: "taskgroup, inspect"},
	{dir: "nethttp", adds: "net/http"},
	{dir: "template", adds: "net/http, html/template"},
	{dir: "inspecthttp", adds: "net/http, taskgroup, inspect, inspecthttp"},
	{dir: "xsemaphore", adds: "x/sync/semaphore"},
	{dir: "conc", adds: "conc (pool, iter)"},
	{dir: "slog", adds: "log/slog"},
	{dir: "pprof", adds: "runtime/pprof, for labels"},
	{dir: "signal", adds: "os/signal"},
}

// built is what one program takes.
type built struct {
	adds            string
	bytes, stripped int64
	again           []float64 // ms, after a change of the program, by round
	anew            []float64 // ms, after a change of asyncgo, too
	packages        []string
}

// measure builds each program twice a round: after a change of the program and
// of all packages of asyncgo, and then after one of the program alone. All
// other packages are in the cache.
func (m *module) measure(ctx context.Context, rounds int) ([]*built, error) {
	var all []*built
	for _, use := range uses {
		b := &built{adds: use.adds}
		var err error
		if b.stripped, _, err = m.build(ctx, use.dir, "-ldflags=-s -w"); err != nil {
			return nil, err
		}
		if b.bytes, _, err = m.build(ctx, use.dir); err != nil {
			return nil, err
		}
		if b.packages, err = m.packages(ctx, use.dir); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	for range rounds {
		for i, use := range uses {
			for _, step := range []struct {
				folders []string
				times   *[]float64
			}{
				{[]string{use.folder(), "asyncgo"}, &all[i].anew},
				{[]string{use.folder()}, &all[i].again},
			} {
				for _, folder := range step.folders {
					if err := m.change(folder); err != nil {
						return nil, err
					}
				}
				_, took, err := m.build(ctx, use.dir)
				if err != nil {
					return nil, err
				}
				*step.times = append(*step.times, float64(took.Microseconds())/1000)
			}
		}
	}
	return all, nil
}

func (m *module) build(ctx context.Context, dir string, args ...string) (size int64, took time.Duration, err error) {
	start := time.Now()
	args = append([]string{"build", "-o", "program"}, args...)
	if _, err := goTool(ctx, m.dir, append(args, "./uses/testdata/"+dir)...); err != nil {
		return 0, 0, err
	}
	took = time.Since(start)
	info, err := os.Stat(filepath.Join(m.dir, "program"))
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), took, nil
}

// packages lists the packages of the program, without internal ones.
func (m *module) packages(ctx context.Context, dir string) ([]string, error) {
	out, err := goTool(ctx, m.dir, "list", "-deps", "./uses/testdata/"+dir)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Fields(out), func(name string) bool {
		return strings.Contains(name, "internal/") || strings.HasPrefix(name, "vendor/") || strings.HasSuffix(name, "/testdata/"+dir)
	}), nil
}
