package main

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/twin"
)

func TestTwin(t *testing.T) {
	twin.Test(t, main, func(t *testing.T, program *os.Process, line string) {
		t.Helper()
		if line == "serving" {
			assert.NoError(t, program.Signal(syscall.SIGTERM))
		}
	})
}
