package twin

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run returns what the command prints.
func run(t *testing.T, onLine []OnLine, command ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", "GORACE=atexit_sleep_ms=10")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	var printed strings.Builder
	lines := bufio.NewReader(stdout)
	for err == nil {
		var line string
		line, err = lines.ReadString('\n')
		printed.WriteString(line)
		for _, f := range onLine {
			if line != "" {
				f(t, cmd.Process, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	assert.ErrorIs(t, err, io.EOF)
	require.NoErrorf(t, cmd.Wait(), "%s", complaints.String())
	return printed.String()
}
