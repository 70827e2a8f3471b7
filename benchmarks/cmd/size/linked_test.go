package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What a package must not link, whatever it grows to: each of these costs a
// program hundreds of kilobytes, or does something when it is imported.
func TestLinkedPackages(t *testing.T) {
	heavy := []string{
		"crypto/tls", "database/sql", "expvar", "go/types", "html/template", "net", "net/http", "net/http/pprof",
		"os/exec", "os/user", "regexp", "testing", "text/template",
	}
	logging := []string{"compress/gzip", "encoding/json", "log", "log/slog", "os/signal", "runtime/pprof", "runtime/trace"}
	for _, c := range []struct {
		name string
		not  []string
	}{
		{"taskgroup", append([]string{"runtime/trace"}, heavy...)},
		{"semaphore", append(logging, heavy...)},
		{"queue", append(logging, heavy...)},
		{"inspect", append([]string{"os/signal"}, heavy...)},
	} {
		linked := dependencies(t, "example.com/asyncgo/"+c.name)
		for _, name := range c.not {
			if slices.Contains(linked, name) {
				t.Errorf("package %s links %s", c.name, name)
			}
		}
	}
	if linked := dependencies(t, "example.com/asyncgo/inspect/inspecthttp"); !slices.Contains(linked, "net/http") {
		t.Error("package inspecthttp does not link net/http, so this test sees nothing")
	}
}

// The packages link no module but their own.
func TestLinkedModules(t *testing.T) {
	for _, name := range []string{"taskgroup", "semaphore", "queue", "inspect", "inspect/inspecthttp"} {
		for _, linked := range dependencies(t, "example.com/asyncgo/"+name) {
			first, _, _ := strings.Cut(linked, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(linked, "example.com/asyncgo/") {
				t.Errorf("package %s links %s", name, linked)
			}
		}
	}
}

func dependencies(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// Each of the programs can be built, with what go.mod has.
func TestUsesBuild(t *testing.T) {
	m, err := newModule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer m.remove()
	for _, use := range uses {
		if testing.Short() || use.dir != "errgroup" && use.dir != "inspect" && use.dir != "conc" {
			continue // the others are built by the command
		}
		size, _, err := m.build(t.Context(), use.dir)
		if err != nil || size == 0 {
			t.Errorf("%s: %d bytes, %v", use.dir, size, err)
		}
	}
}
