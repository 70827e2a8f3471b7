// Command before compares the working tree with another commit, operation by
// operation, in one process: it links the tree, that commit, and a second copy of
// that commit as a control, whose ratio to the first says what the machine does.
//
//	go run ./cmd/before [-rounds 101] [-rows W1] COMMIT
package main

import (
	"bytes"
	"embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"text/template"
)

//go:embed ops.tmpl harness.tmpl
var templates embed.FS

const module = "example.com/asyncgo"

func main() {
	rounds := flag.Int("rounds", 101, "batches of each")
	rows := flag.String("rows", "", "a regular expression for the operations")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: before [-rounds N] [-rows RE] COMMIT")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *rounds, *rows); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(commit string, rounds int, rows string) error {
	root, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return fmt.Errorf("before: not in a checkout: %w", err)
	}
	dir, err := os.MkdirTemp("", "before")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tree := string(bytes.TrimSpace(root))
	modules := map[string]string{"after": module, "before": module + "before", "control": module + "control"}
	for _, name := range []string{"before", "control"} {
		if err := checkOut(tree, commit, filepath.Join(dir, name+"-tree"), modules[name]); err != nil {
			return err
		}
	}
	mod := "module ab\n\ngo 1.26\n"
	for name, path := range modules {
		at := filepath.Join(dir, name+"-tree")
		if name == "after" {
			at = tree
		}
		mod += fmt.Sprintf("require %s v0.0.0\nreplace %s => %s\n", path, path, at)
		if err := write(filepath.Join(dir, name, "ops.go"), "ops.tmpl", map[string]string{"Package": name, "Module": path}); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(dir, "main.go"), "harness.tmpl", nil); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-mod=mod", "-o", "ab", ".")
	build.Dir, build.Stderr = dir, os.Stderr
	build.Env = append(os.Environ(), "GOWORK=off")
	if err := build.Run(); err != nil {
		return fmt.Errorf("before: building: %w", err)
	}
	ab := exec.Command(filepath.Join(dir, "ab"), strconv.Itoa(rounds), rows)
	ab.Stdout, ab.Stderr = os.Stdout, os.Stderr
	return ab.Run()
}

// checkOut puts the commit into a folder, under another module path.
func checkOut(tree, commit, to, path string) error {
	const script = `set -euo pipefail
mkdir -p "$3"
git -C "$1" archive "$2" | tar -x -C "$3"
cd "$3"
grep -rlZ 'example[.]com/asyncgo' --include='*.go' --include=go.mod . | xargs -0 sed -i "s|example[.]com/asyncgo|$4|g"`
	out, err := exec.Command("bash", "-c", script, "bash", tree, commit, to, path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("before: checking out %s: %w: %s", commit, err, out)
	}
	return nil
}

func write(path, name string, data any) error {
	t, err := template.ParseFS(templates, name)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, data); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}
