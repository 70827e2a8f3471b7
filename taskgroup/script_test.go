package taskgroup_test

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
	testkit.PlayMany(t, rand.NewPCG(15, 16), times(200), 120, game)
}

// fuzz runs game with the scripts of the fuzzer.
func fuzz(f *testing.F, game func(t *testing.T, s *script)) {
	f.Helper()
	testkit.Fuzz(f, rand.NewPCG(17, 18), game)
}
