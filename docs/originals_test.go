package docs_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// The Python side of the guide runs, too.
func TestOriginals(t *testing.T) {
	for _, python := range []string{"python3.14", "python3.13", "python3"} {
		if exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 13))").Run() != nil {
			continue
		}
		out, err := exec.Command(python, "originals.py").CombinedOutput()
		require.NoError(t, err, string(out))
		return
	}
	t.Skip("no python3 of version 3.13 or later on PATH")
}
