package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed testdata
var sources embed.FS

// module is a temporary module with the programs, beside a copy of asyncgo
// whose files can be changed.
type module struct {
	dir     string
	changes int
}

var replaced = regexp.MustCompile(`(?m)^replace .*$`)

// newModule makes the module. Its requirements are those of the module of this
// command, which is found from the working directory.
func newModule(ctx context.Context) (*module, error) {
	here, err := goTool(ctx, ".", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, err
	}
	here = strings.TrimSpace(here)
	if filepath.Base(here) != "benchmarks" {
		return nil, errors.New("run it in the folder benchmarks")
	}
	dir, err := os.MkdirTemp("", "size")
	if err != nil {
		return nil, err
	}
	m := &module{dir: dir}
	if err := m.fill(here); err != nil {
		m.remove()
		return nil, err
	}
	return m, nil
}

func (m *module) remove() { _ = os.RemoveAll(m.dir) }

func (m *module) fill(here string) error {
	if err := os.CopyFS(filepath.Join(m.dir, "uses"), sources); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(here, "go.mod"))
	if err != nil {
		return err
	}
	mod = replaced.ReplaceAll(mod, []byte("replace example.com/asyncgo => ./asyncgo"))
	if err := os.WriteFile(filepath.Join(m.dir, "go.mod"), mod, 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(here, "go.sum"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(m.dir, "go.sum"), sum, 0o600); err != nil {
		return err
	}
	return copyModule(filepath.Dir(here), filepath.Join(m.dir, "asyncgo"))
}

// copyModule copies what a build needs of the packages and of internal.
func copyModule(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			top, _, _ := strings.Cut(filepath.ToSlash(name), "/")
			switch top {
			case ".", "taskgroup", "semaphore", "queue", "inspect", "internal":
				return nil
			}
			return fs.SkipDir
		}
		if strings.HasSuffix(name, "_test.go") || filepath.Dir(name) == "." && name != "go.mod" && name != "go.sum" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
}

// change appends a comment to each Go file under the folder, so that its
// packages are compiled anew.
func (m *module) change(folder string) error {
	m.changes++
	return filepath.WalkDir(filepath.Join(m.dir, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(file, "\n// Process %d, change %d.\n", os.Getpid(), m.changes)
		return errors.Join(err, file.Close())
	})
}

// goTool runs the go command in dir and returns what it prints.
func goTool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false -mod=mod", "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}
