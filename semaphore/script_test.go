package semaphore_test

import (
	"math/rand/v2"
	"testing"

	"example.com/asyncgo/internal/test/testkit"
)

// A script is a program for a random test.
type script = testkit.Script

// playMany runs game with many random scripts.
func playMany(t *testing.T, game func(t *testing.T, s *script)) {
	t.Helper()
	scripts := 200
	if testkit.Race {
		scripts = 30
	}
	testkit.PlayMany(t, rand.NewPCG(11, 12), scripts, 150, game)
}

// fuzz runs game with the scripts of the fuzzer.
func fuzz(f *testing.F, game func(t *testing.T, s *script)) {
	f.Helper()
	testkit.Fuzz(f, rand.NewPCG(13, 14), game)
}
