package asyncgo_test

import (
	"go/build"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The packages do not import each other, nor what shows them, nor what is heavy:
// a program pays for none of that unless it imports it itself. What they share is
// below internal.
func TestImports(t *testing.T) {
	heavy := []string{"runtime/pprof", "runtime/trace", "net/http", "expvar", "encoding/json"}
	primitives := []string{"taskgroup", "semaphore", "queue"}
	for _, dir := range append([]string{"internal/watch"}, primitives...) {
		p, err := build.ImportDir(dir, 0)
		require.NoError(t, err)
		for _, path := range heavy {
			assert.NotContains(t, p.Imports, path, dir)
		}
		for _, other := range append([]string{"inspect", "inspect/inspecthttp"}, primitives...) {
			assert.NotContains(t, p.Imports, module+"/"+other, dir)
		}
	}
	for dir, without := range map[string][]string{
		"inspect":         {"net/http", "expvar"},
		"internal/labels": {"net/http", "runtime/trace"},
	} {
		p, err := build.ImportDir(dir, 0)
		require.NoError(t, err)
		for _, path := range without {
			assert.NotContains(t, p.Imports, path, dir)
		}
	}
}
