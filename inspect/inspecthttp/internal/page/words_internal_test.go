package page

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:              "0s",
		0:                         "0s",
		1499 * time.Nanosecond:    "1µs",
		999 * time.Microsecond:    "999µs",
		1499 * time.Microsecond:   "1ms",
		999 * time.Millisecond:    "999ms",
		1049 * time.Millisecond:   "1s",
		9900 * time.Millisecond:   "9.9s",
		10_400 * time.Millisecond: "10s",
		time.Minute:               "1m",
		61 * time.Second:          "1m1s",
		time.Hour:                 "1h0m",
		90*time.Minute + 5e9:      "1h30m5s",
	} {
		assert.Equal(t, want, short(d), d)
	}
}

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"":                            "",
		`name "x" \ ü 世`:              `name "x" \ ü 世`,
		"two\nlines\x00\x1b[31m":      `two\nlines\x00\x1b[31m`,
		"\xff":                        `\xff`,
		"�":                           "�",
		"right\u202eleft":             `right\u202eleft`,
		strings.Repeat("x", longest):  strings.Repeat("x", longest),
		strings.Repeat("ü", 1_000_00): strings.Repeat("ü", longest) + "…",
	} {
		assert.Equal(t, want, visible(s))
	}
}

func TestGroup3(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 9999: "9999", 10_000: "10\u2009000", 1_234_567: "1\u2009234\u2009567"} {
		assert.Equal(t, want, group3(n))
	}
}
