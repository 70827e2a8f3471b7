package main

import (
	"testing"

	"example.com/asyncgo/internal/test/twin"
)

func TestTwin(t *testing.T) { twin.Test(t, main) }
