package semaphore_test

import (
	"testing"

	"example.com/asyncgo/internal/test/testkit"
)

// P-78: copies of used values are caught by go vet.
func TestCopiesAreCaughtByVet(t *testing.T) {
	testkit.AssertVetFindsCopies(t, "semaphore", "keyed", "lock", "rwlock", "event", "cond", "barrier")
}
