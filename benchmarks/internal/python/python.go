// Package python runs scripts of asyncio, if Python is installed.
package python

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// Interpreter is an installed Python.
type Interpreter struct {
	path    string
	Version string // as in "Python 3.13.0"
}

// Find returns the first Python that is recent enough.
var Find = sync.OnceValues(func() (*Interpreter, error) {
	for _, name := range []string{"python3.14", "python3.13", "python3"} {
		if exec.Command(name, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").Run() != nil {
			continue
		}
		version, err := exec.Command(name, "--version").Output()
		if err == nil {
			return &Interpreter{name, strings.TrimSpace(string(version))}, nil
		}
	}
	return nil, errors.New("no python3 of version 3.11 or later")
})

// Run runs the text of a script and returns what it prints.
func (p *Interpreter) Run(ctx context.Context, script string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.path, append([]string{"-c", script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", p.Version, err, stderr.Bytes())
	}
	return out, nil
}
