package main

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

const file = "found.txt" // ASYNCGO_UPDATE writes it

func TestTheStandstillIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		err := run(t.Context(), &out)
		assert.ErrorIs(t, err, errStandstill)
		assert.True(t, taskgroup.Cancelled(err), "and nothing has failed")
		// The functions of a program are those of package main.
		printed := strings.ReplaceAll(out.String(), " deadlock.", " main.")
		if os.Getenv("ASYNCGO_UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, []byte(printed), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), printed)
	})
}
