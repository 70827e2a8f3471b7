package page

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each color of text is readable on each background, light and dark: WCAG 2.2
// AA, criterion 1.4.3.
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(styles, "@media (prefers-color-scheme: dark)")
	require.True(t, ok)
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): (#\w{6});`).FindAllStringSubmatch(css, -1) {
			colors[m[1]] = luminance(t, m[2])
		}
		require.Len(t, colors, 15, scheme)
		for _, back := range []string{"bg", "raised", "hover", "tint", "mark"} {
			for _, fore := range []string{"ink", "dim", "link", "running", "waiting", "calling", "joining", "queued", "bad"} {
				a, b := colors[back], colors[fore]
				ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05)
				assert.GreaterOrEqualf(t, ratio, 4.5, "%s: %s on %s", scheme, fore, back)
			}
		}
	}
}

// luminance is the relative luminance as WCAG defines it.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(color[1:], 16, 32)
	require.NoError(t, err)
	channel := func(shift int) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
