package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longest is how much of one name or error the page shows, in runes. A name may
// be a megabyte, and the page is sent once a second.
const longest = 200

// visible returns s as the page shows it: what is not printable as %q would
// print it, and not all of it if it is long.
func visible(s string) string {
	var b strings.Builder
	shown := 0
	for i, r := range s {
		if shown == longest {
			b.WriteRune('…')
			break
		}
		shown++
		_, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			quoted := strconv.Quote(s[i : i+size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quoted returns s in quotes, as visible shows it.
func quoted(s string) string { return `"` + visible(s) + `"` }

// short returns d as precisely as it matters. Times of two clocks may give less
// than nothing, which is nothing.
func short(d time.Duration) string {
	switch d = max(d, 0); {
	case d >= time.Minute:
		s := d.Round(time.Second).String()
		if whole, ok := strings.CutSuffix(s, "m0s"); ok {
			return whole + "m"
		}
		return s
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(time.Millisecond).String()
	default:
		return d.Round(time.Microsecond).String()
	}
}

// base returns what follows the last slash.
func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// group3 returns n with a thin space between groups of three digits, from five
// digits on.
func group3[T int | uint64](n T) string {
	s := fmt.Sprint(n)
	if len(s) < 5 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteRune('\u2009')
		}
		b.WriteRune(r)
	}
	return b.String()
}
