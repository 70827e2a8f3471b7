package main

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed ops/ops.go
var opsSource string

//go:embed rounds/rounds.go
var roundsSource string

const mainSource = `package main

import (
	after "compare/after"
	before "compare/before"
	control "compare/control"
	"compare/rounds"
)

func main() {
	rounds.Main(
		rounds.Side{Name: "before", Ops: before.Ops},
		rounds.Side{Name: "control", Ops: control.Ops},
		rounds.Side{Name: "after", Ops: after.Ops},
	)
}
`

// monitorMain has one more side: the tree again, with a monitor open.
const monitorMain = `package main

import (
	after "compare/after"
	before "compare/before"
	control "compare/control"
	on "compare/on"
	"compare/rounds"
)

func main() {
	rounds.Main(
		rounds.Side{Name: "before", Ops: before.Ops},
		rounds.Side{Name: "control", Ops: control.Ops},
		rounds.Side{Name: "off", Ops: after.Ops},
		rounds.Side{Name: "on", Ops: on.Ops, Open: on.Open},
	)
}
`

// monitorSource is a second file of package ops.
const monitorSource = `package ops

import "example.com/asyncgo/inspect"

func Open() (end func()) {
	m := inspect.New()
	inspect.SetDefault(m)
	Renew()
	return m.Close
}
`

// opsModule is the module that opsSource imports.
const opsModule = "example.com/asyncgo"

var (
	moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)
	goLine     = regexp.MustCompile(`(?m)^go\s+\S+`)
)

// generate writes into dir a program that compares the tree with the commit,
// and with the tree while a monitor is open, if monitor is set.
// Each side has a copy of package ops that imports its own module, so the two
// copies of the commit get module paths of their own.
func generate(ctx context.Context, dir, tree, commit string, monitor bool) error {
	mod, err := os.ReadFile(filepath.Join(tree, "go.mod"))
	if err != nil {
		return err
	}
	path, version := moduleLine.FindSubmatch(mod), goLine.Find(mod)
	if path == nil || version == nil {
		return fmt.Errorf("no module or go line in %s", filepath.Join(tree, "go.mod"))
	}
	sides := []struct{ name, module, at string }{
		{"after", string(path[1]), tree},
		{"before", "before.invalid/asyncgo", filepath.Join(dir, "before-tree")},
		{"control", "control.invalid/asyncgo", filepath.Join(dir, "control-tree")},
	}
	var goMod strings.Builder
	fmt.Fprintf(&goMod, "module compare\n\n%s\n", version)
	files := map[string]string{"main.go": mainSource, "rounds/rounds.go": roundsSource}
	for _, s := range sides {
		if s.at != tree {
			if err := checkOut(ctx, tree, commit, s.at, s.module); err != nil {
				return fmt.Errorf("checking out %s: %w", commit, err)
			}
		}
		fmt.Fprintf(&goMod, "\nrequire %s v0.0.0\n\nreplace %s => %q\n", s.module, s.module, s.at)
		files[s.name+"/ops.go"] = imports(opsSource, s.module)
	}
	if monitor {
		files["main.go"] = monitorMain
		files["on/ops.go"] = imports(opsSource, string(path[1]))
		files["on/monitor.go"] = imports(monitorSource, string(path[1]))
	}
	files["go.mod"] = goMod.String()
	if sum, err := os.ReadFile(filepath.Join(tree, "go.sum")); err == nil {
		files["go.sum"] = string(sum)
	}
	for name, text := range files {
		if err := write(filepath.Join(dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// imports returns the source with the imports of asyncgo from the module.
func imports(source, module string) string {
	return strings.ReplaceAll(source, `"`+opsModule+`/`, `"`+module+`/`)
}

// checkOut writes go.mod and the Go files of the commit into the folder to,
// under another module path.
func checkOut(ctx context.Context, tree, commit, to, module string) error {
	archive := exec.CommandContext(ctx, "git", "-C", tree, "archive", "--format=tar", commit)
	archive.Stderr = os.Stderr
	out, err := archive.Output()
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(out)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || h.Name != "go.mod" && !strings.HasSuffix(h.Name, ".go") || !filepath.IsLocal(h.Name) {
			continue
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			return err
		}
	}
	path := moduleLine.FindSubmatch(files["go.mod"])
	if path == nil {
		return errors.New("no module line in its go.mod")
	}
	for name, text := range files {
		text = bytes.ReplaceAll(text, path[1], []byte(module))
		if err := write(filepath.Join(to, filepath.FromSlash(name)), text); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
