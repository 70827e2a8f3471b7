package inspect

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// scale returns where d of total is in a picture of that size, rounded. It does
// not use floating point, so that a picture is the same on every machine.
func scale(d time.Duration, size int64, total time.Duration) int64 {
	high, low := bits.Mul64(uint64(max(d, 0)), uint64(size))
	low, carry := bits.Add64(low, uint64(total)/2, 0)
	quotient, _ := bits.Div64(high+carry, low, uint64(total))
	return int64(quotient)
}

// clip returns text as it stands outside of quotes, in at most that many columns.
func clip(text string, columns int) string {
	if most := columns * utf8.UTFMax; len(text) > most {
		text = text[:most] + "…" // what cannot be seen is not looked at
	}
	text = string(appendPlain(nil, text))
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}

// tickSeconds are the distances between the marks of an axis, from a second to a
// day.
var tickSeconds = []int64{1, 2, 5, 10, 15, 30, 60, 2 * 60, 5 * 60, 10 * 60, 15 * 60, 30 * 60, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600}

// tickStep returns the distance of the marks of an axis that has at most eight of
// them.
func tickStep(total time.Duration) time.Duration {
	const most, second = 8, int64(time.Second)
	fits := func(step int64) bool { return int64(total)/step < most }
	for decade := int64(1); decade < second; decade *= 10 {
		for _, step := range []int64{decade, 2 * decade, 5 * decade} {
			if fits(step) {
				return time.Duration(step)
			}
		}
	}
	for _, seconds := range tickSeconds {
		if fits(seconds * second) {
			return time.Duration(seconds * second)
		}
	}
	const day = 24 * 3600 * second
	return time.Duration((int64(total)/(most-1)/day + 1) * day)
}

// tickText is the time at a mark.
func tickText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// hundredths prints a number of hundredths.
func hundredths(n int64) string {
	text := strconv.FormatInt(n/100, 10)
	if n%100 != 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(n%100+100, 10)[1:], "0")
	}
	return text
}
