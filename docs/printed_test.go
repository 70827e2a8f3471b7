package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// assertPrinted compares text with the block of a guide that stands below
// <!-- printed: NAME -->. With ASYNCGO_UPDATE it writes the block instead.
func assertPrinted(t *testing.T, guide, name, text string) {
	t.Helper()
	all, err := os.ReadFile(guide)
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)(<!-- printed: " + regexp.QuoteMeta(name) + " -->\n+```text\n)(.*?)(```\n)")
	at := block.FindSubmatchIndex(all)
	require.NotNilf(t, at, "%s has no block %q", guide, name)
	text = strings.TrimSuffix(text, "\n") + "\n"
	if os.Getenv("ASYNCGO_UPDATE") != "" {
		updated := string(all[:at[4]]) + text + string(all[at[5]:])
		require.NoError(t, os.WriteFile(guide, []byte(updated), 0o644))
		return
	}
	assert.Equal(t, string(all[at[4]:at[5]]), text, name)
}
