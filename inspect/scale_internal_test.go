package inspect

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestScale(t *testing.T) {
	for _, c := range [][4]int64{
		{0, 60, 100, 0},
		{100, 60, 100, 60},
		{50, 60, 100, 30},
		{1, 60, 100, 1},
		{1, 60, 121, 0},
		{-5, 60, 100, 0},
		{1, 100, 3, 33},
		{2, 100, 3, 67},
		{math.MaxInt64, 100_000, math.MaxInt64, 100_000},
		{math.MaxInt64 - 1, 60, math.MaxInt64, 60},
		{math.MaxInt64/2 + 1, 60, math.MaxInt64, 30},
	} {
		assert.Equal(t, c[3], scale(time.Duration(c[0]), c[1], time.Duration(c[2])), c)
	}
}

func TestTicks(t *testing.T) {
	for total, want := range map[time.Duration]string{
		1:                        "1ns",
		7:                        "1ns",
		8:                        "2ns",
		1000:                     "200ns",
		500 * time.Millisecond:   "100ms",
		time.Second:              "200ms",
		4 * time.Second:          "1s",
		time.Minute:              "10s",
		2 * time.Minute:          "30s",
		time.Hour:                "10m",
		5 * time.Hour:            "1h",
		36 * time.Hour:           "6h",
		7 * 24 * time.Hour:       "24h",
		100 * 24 * time.Hour:     "360h",
		time.Duration(1<<63 - 1): "366024h",
	} {
		step := tickStep(total)
		assert.Equal(t, want, tickText(step), total)
		assert.Less(t, int64(total/step), int64(8))
	}
	for d, want := range map[time.Duration]string{
		0: "0s", time.Minute: "1m", 90 * time.Second: "1m30s", time.Hour: "1h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 10 * time.Second: "10s",
	} {
		assert.Equal(t, want, tickText(d))
	}
}

func TestHundredths(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 1: "0.01", 10: "0.1", 100: "1", 12345: "123.45", 12340: "123.4", 12305: "123.05"} {
		assert.Equal(t, want, hundredths(n))
	}
}

func TestClip(t *testing.T) {
	for _, c := range [][2]string{{"", ""}, {"abcde", "abcde"}, {"abcdef", "abcd…"}, {"äöüßé", "äöüßé"}, {"\x00\x00", `\x00…`}, {"😀😀😀😀😀", "😀😀😀😀😀"}, {"😀😀😀😀😀😀", "😀😀😀😀…"}} {
		assert.Equal(t, c[1], clip(c[0], 5))
	}
}
