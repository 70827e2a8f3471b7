// Package sample_test has one test that passes.
package sample_test

import (
	"fmt"
	"os"
	"testing"
)

var runs int

func TestPasses(*testing.T) {}

func TestFailsNowAndThen(t *testing.T) {
	if runs++; runs == 20 {
		t.Error("at the twentieth time")
	}
}

func TestHangs(*testing.T) { select {} }

func TestExits(*testing.T) { os.Exit(3) }

func TestRaces(*testing.T) {
	n, done := 0, make(chan struct{})
	go func() { n++; close(done) }()
	n++
	<-done
}

func Example() {
	fmt.Println("something else")
	// Output: something
}
