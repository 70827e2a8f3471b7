package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/packages"
)

// tests is a package's test binary, with all mutants in it.
type tests struct {
	binary, folder string
	patience       time.Duration
	skip           []string // what fails although no mutant is switched on
}

// An outcome says what killed a mutant, and whether nothing went on for too long.
type outcome struct {
	killer string
	silent bool
}

// load reads and checks the package in a folder.
func load(ctx context.Context, folder string) (*packages.Package, error) {
	all, err := packages.Load(&packages.Config{
		Context: ctx,
		Dir:     folder,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
	}, ".")
	if err != nil {
		return nil, err
	}
	if len(all[0].Errors) > 0 {
		return nil, all[0].Errors[0]
	}
	return all[0], nil
}

// build compiles the tests with the files in the place of the package's own. Tests
// that count allocations may fail, for what has a mutant in it is inlined less:
// these are left out, and named.
func build(ctx context.Context, p *packages.Package, files map[string][]byte, work string, patience time.Duration) (*tests, error) {
	folder := filepath.Dir(p.GoFiles[0])
	files = maps.Clone(files)
	files[filepath.Join(folder, "mutant_helper.go")] = fmt.Appendf(nil, helper, p.Name)
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for name, source := range files {
		replacement := filepath.Join(work, filepath.Base(name))
		if err := os.WriteFile(replacement, source, 0o600); err != nil {
			return nil, err
		}
		overlay.Replace[name] = replacement
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return nil, err
	}
	listed := filepath.Join(work, "overlay.json")
	if err := os.WriteFile(listed, list, 0o600); err != nil {
		return nil, err
	}
	t := &tests{binary: filepath.Join(work, "tests"), folder: folder, patience: patience}
	command := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", listed, "-o", t.binary, ".")
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the mutants do not compile: %w\n%s", err, out)
	}

	for {
		switch end, err := t.run(ctx, 0); {
		case err != nil:
			return nil, err
		case end.killer == "":
			if len(t.skip) > 0 {
				fmt.Println("left out, they fail without a mutant:", strings.Join(t.skip, ", "))
			}
			return t, nil
		case end.silent || slices.Contains(t.skip, end.killer):
			return nil, errors.New("the tests do not pass without a mutant: " + end.killer)
		default:
			t.skip = append(t.skip, end.killer)
		}
	}
}

// run runs the tests with one mutant switched on; 0 is none.
func (t *tests) run(ctx context.Context, number int) (outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A mutant that allocates without end must not take the machine along.
	command := exec.CommandContext(ctx, "sh", "-c", `ulimit -v 6000000; exec "$0" "$@"`, t.binary, "-test.v", "-test.failfast", "-test.timeout=10m")
	if len(t.skip) > 0 {
		command.Args = append(command.Args, "-test.skip=^("+strings.Join(t.skip, "|")+")$")
	}
	command.Dir = t.folder
	command.Env = append(os.Environ(), "MUTANT="+strconv.Itoa(number))
	output, err := command.StdoutPipe()
	if err != nil {
		return outcome{}, err
	}
	if err := command.Start(); err != nil {
		return outcome{}, err
	}

	errSilent := errors.New("silent")
	watch := time.AfterFunc(t.patience, func() { cancel(errSilent) })
	// A child of the tests may hold the other end even when they have been killed.
	defer context.AfterFunc(ctx, func() { _ = output.Close() })()
	killer, failed := "the start", false
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		// A test may also fail without end, and say so each time.
		if name, ok := strings.CutPrefix(line, "=== RUN   "); ok {
			watch.Reset(t.patience)
			if !failed {
				killer, _, _ = strings.Cut(strings.TrimSpace(name), "/")
			}
		} else if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			killer, _, _ = strings.Cut(name, " ")
			failed = true // examples still run
		}
	}
	watch.Stop()
	err = command.Wait()
	switch silent := errors.Is(context.Cause(ctx), errSilent); {
	case silent:
		return outcome{killer, true}, nil
	case ctx.Err() != nil:
		return outcome{}, ctx.Err()
	case err != nil:
		return outcome{killer, false}, nil
	}
	return outcome{}, nil
}
