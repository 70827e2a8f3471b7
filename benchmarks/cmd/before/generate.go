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

func main() { rounds.Main(before.Ops, control.Ops, after.Ops) }
`

// opsModule is the module that opsSource imports.
const opsModule = "example.com/asyncgo"

var (
	moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)
	goLine     = regexp.MustCompile(`(?m)^go\s+\S+`)
)

// generate writes into dir a program that compares the tree with the commit.
// Each side has a copy of package ops that imports its own module, so the two
// copies of the commit get module paths of their own.
func generate(ctx context.Context, dir, tree, commit string) error {
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
		files[s.name+"/ops.go"] = strings.ReplaceAll(opsSource, `"`+opsModule+`/`, `"`+s.module+`/`)
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
