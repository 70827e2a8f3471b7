package semaphore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
)

// script is a program for a random test: bytes, each of which decides
// something.
type script struct {
	data []byte
	log  []string // what it came to
}

// next takes a number below so many; 0 if the script is at its end.
func (s *script) next(below int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % below
}

func (s *script) note(what ...any) { s.log = append(s.log, fmt.Sprint(what...)) }

// play plays a script in a bubble.
func play(t *testing.T, data []byte, game func(t *testing.T, s *script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &script{data: data}
		game(t, s)
		if t.Failed() {
			t.Logf("%q", s.log)
		}
	})
}

// playMany plays many random scripts.
func playMany(t *testing.T, game func(t *testing.T, s *script)) {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 12))
	scripts := 200
	if raceEnabled {
		scripts = 30
	}
	for range scripts {
		if play(t, randomBytes(r, 150), game); t.Failed() {
			return
		}
	}
}

// fuzz has the fuzzer write the scripts.
func fuzz(f *testing.F, game func(t *testing.T, s *script)) {
	f.Helper()
	r := rand.New(rand.NewPCG(13, 14))
	for range 10 {
		f.Add(randomBytes(r, 60))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		play(t, data[:min(len(data), 300)], game)
	})
}
