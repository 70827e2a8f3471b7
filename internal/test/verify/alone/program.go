package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A program is the test binary of a package.
type program struct{ binary, folder string }

// build compiles the tests of the package in a folder, with the race detector.
func build(ctx context.Context, folder string) (*program, error) {
	work, err := os.MkdirTemp("", "alone")
	if err != nil {
		return nil, err
	}
	p := &program{filepath.Join(work, "tests"), folder}
	command := exec.CommandContext(ctx, "go", "test", "-race", "-c", "-o", p.binary, ".")
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		p.remove()
		return nil, fmt.Errorf("%s: %w\n%s", folder, err, out)
	}
	return p, nil
}

func (p *program) remove() { _ = os.RemoveAll(filepath.Dir(p.binary)) }

// tests lists the tests whose names match, examples and the seeds of fuzz targets
// included.
func (p *program) tests(ctx context.Context, only *regexp.Regexp) ([]string, error) {
	out, err := p.command(ctx, "-test.list=^(Test|Example|Fuzz)").Output()
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range strings.FieldsSeq(string(out)) {
		if only.MatchString(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no tests", p.folder)
	}
	return names, nil
}

// try runs one test for o.each, and at least o.least times: each process runs it
// as often as the time that is left allows. It returns about how often it ran, and
// the output of the process that failed.
func (p *program) try(ctx context.Context, name string, o options) (runs int, output []byte, err error) {
	begin := time.Now()
	for count := 1; ; {
		command := p.command(ctx, "-test.run=^"+name+"$", "-test.count="+strconv.Itoa(count),
			"-test.failfast", "-test.timeout="+o.patience.String())
		before := time.Now()
		output, err = command.CombinedOutput()
		if runs += count; err != nil {
			return runs, output, err
		}
		left := o.each - time.Since(begin)
		if left <= 0 && runs >= o.least {
			return runs, nil, nil
		}
		fit := int(left / (time.Since(before)/time.Duration(count) + 1))
		count = min(10*count, max(fit, o.least-runs, 1)) // a first run is mostly the start of the process
	}
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, p.binary, args...)
	command.Dir = p.folder
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10") // instead of a second for each process
	command.WaitDelay = time.Second                                 // a child of the test may keep the output open
	return command
}
