package semaphore_test

import (
	"testing"

	"example.com/asyncgo/internal/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
