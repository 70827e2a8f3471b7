package inspect

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// appendPlain appends text that stands outside of quotes: characters that are
// not printable, line breaks among them, become what they are in a Go string,
// and all others stay.
func appendPlain(b []byte, text string) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if strconv.IsPrint(r) && (r != utf8.RuneError || size > 1) {
			b = append(b, text[:size]...)
		} else {
			start := len(b)
			b = strconv.AppendQuote(b, text[:size])
			b = append(b[:start], b[start+1:len(b)-1]...)
		}
		text = text[size:]
	}
	return b
}

// appendDuration appends d as text, rounded to what is worth reading. An age or
// a rest is never negative.
func appendDuration(b []byte, d time.Duration) []byte {
	return append(b, rounded(d).String()...)
}

func rounded(d time.Duration) time.Duration {
	switch d = max(d, 0); {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Microsecond)
}
