package testkit

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// AssertVetFindsCopies asserts that go vet rejects each assignment NAMECopy :=
// *NAME in the package testdata/copies of the package under test.
func AssertVetFindsCopies(t *testing.T, names ...string) {
	t.Helper()
	gobin, err := exec.LookPath("go")
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), gobin, "vet", "-copylocks", "./testdata/copies").CombinedOutput()
	assert.Error(t, err)
	for _, name := range names {
		assert.Contains(t, string(out), "assignment copies lock value to "+name+"Copy")
	}
}
