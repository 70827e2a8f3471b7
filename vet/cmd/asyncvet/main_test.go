package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build returns the command and a copy of the module that the analyzers are
// tested on.
func build(t *testing.T) (asyncvet, module string) {
	t.Helper()
	asyncvet = filepath.Join(t.TempDir(), "asyncvet.exe")
	if out, err := exec.Command("go", "build", "-o", asyncvet, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	module = t.TempDir()
	if err := os.CopyFS(module, os.DirFS("../../asyncvet/testdata")); err != nil {
		t.Fatal(err)
	}
	return asyncvet, module
}

func run(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The command finds the same as by itself when go vet runs it, facts included.
func TestVettool(t *testing.T) {
	asyncvet, module := build(t)
	for name, command := range map[string][]string{
		"alone":  {asyncvet, "./lockacross", "./causelost"},
		"go vet": {"go", "vet", "-vettool=" + asyncvet, "./lockacross", "./causelost"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, module, command[0], command[1:]...)
			if err == nil {
				t.Error("no failure")
			}
			for _, want := range []string{
				"gctx.Err() is only the echo of a failure that g.Wait() returns",
				"s.mu is held over helper.Put, which waits in queue.Queue.Put",
			} {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

// A rule can be run alone, or left out, as with every multichecker.
func TestRules(t *testing.T) {
	asyncvet, module := build(t)
	if out, err := run(t, module, asyncvet, "-causelost", "./lockacross"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, module, asyncvet, "-fromasyncio.enable", "./off"); err == nil || strings.Count(out, "off.go") != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, module, asyncvet, "./off"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, _ := run(t, module, asyncvet, "help", "outerctx")
	if !strings.Contains(out, "Bad:") || !strings.Contains(out, "Good:") {
		t.Errorf("%s", out)
	}
}

func TestFix(t *testing.T) {
	asyncvet, module := build(t)
	if out, err := run(t, module, asyncvet, "-causelost", "-fix", "./causelost"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(module, "causelost", "causelost.go"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(module, "causelost", "causelost.go.golden"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s", got)
	}
	if out, err := run(t, module, asyncvet, "-causelost", "./causelost"); err != nil {
		t.Errorf("after the fix: %v\n%s", err, out)
	}
}
