package main

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const file = "tree.txt" // ASYNCGO_UPDATE writes it

func TestTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out))
		// The functions of a program are those of package main.
		printed := strings.ReplaceAll(out.String(), " pstree.", " main.")
		if os.Getenv("ASYNCGO_UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, []byte(printed), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), printed)
	})
}
