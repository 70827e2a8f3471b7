package semaphore_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// P-78: copies of used values are caught by go vet.
func TestCopiesAreCaughtByVet(t *testing.T) {
	gobin, err := exec.LookPath("go")
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), gobin, "vet", "-copylocks", "./testdata/copies").CombinedOutput()
	assert.Error(t, err)
	for _, name := range []string{"semaphore", "keyed", "lock", "rwlock", "event", "cond", "barrier"} {
		assert.Contains(t, string(out), "assignment copies lock value to "+name+"Copy")
	}
}
