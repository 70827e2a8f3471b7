package testkit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
)

// A Script is a program for a random test: bytes, each of which decides
// something.
type Script struct {
	Data []byte
	Log  []string // what it came to
}

// Next takes a number below the given one; 0 at the end of the script.
func (s *Script) Next(below int) int {
	if len(s.Data) == 0 {
		return 0
	}
	b := s.Data[0]
	s.Data = s.Data[1:]
	return int(b) % below
}

// Note adds a line to the Log, which a failure prints.
func (s *Script) Note(format string, args ...any) {
	s.Log = append(s.Log, fmt.Sprintf(format, args...))
}

// Play runs game with one script, in a bubble.
func Play(t *testing.T, data []byte, game func(t *testing.T, s *Script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &Script{Data: data}
		game(t, s)
		if t.Failed() {
			t.Logf("%q", s.Log)
		}
	})
}

// PlayMany runs game with as many random scripts of the given length.
func PlayMany(t *testing.T, source rand.Source, scripts, length int, game func(t *testing.T, s *Script)) {
	t.Helper()
	r := rand.New(source)
	for range scripts {
		if Play(t, RandomBytes(r, length), game); t.Failed() {
			return
		}
	}
}

// Fuzz runs game with the scripts of the fuzzer.
func Fuzz(f *testing.F, source rand.Source, game func(t *testing.T, s *Script)) {
	f.Helper()
	r := rand.New(source)
	for range 10 {
		f.Add(RandomBytes(r, 60))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Play(t, data[:min(len(data), 300)], game)
	})
}

// RandomBytes returns n random bytes.
func RandomBytes(r *rand.Rand, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}
