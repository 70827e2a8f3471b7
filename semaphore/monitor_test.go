package semaphore_test

import (
	"testing"

	"example.com/asyncgo/internal/test/monitored"
)

func TestMain(m *testing.M) { monitored.Main(m) }
