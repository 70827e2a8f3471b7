package main

import (
	"bytes"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const picture = "pipeline.svg" // ASYNCGO_UPDATE writes it

func TestThePictureIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timeline, err := run(t.Context())
		require.NoError(t, err)
		var svg bytes.Buffer
		require.NoError(t, timeline.WriteSVG(&svg))
		if os.Getenv("ASYNCGO_UPDATE") != "" {
			require.NoError(t, os.WriteFile(picture, svg.Bytes(), 0o644))
		}
		want, err := os.ReadFile(picture)
		require.NoError(t, err)
		assert.Equal(t, string(want), svg.String())
	})
}
