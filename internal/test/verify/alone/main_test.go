package main

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What fails, at times or always, what hangs and what exits is named, and nothing
// else.
func TestCheck(t *testing.T) {
	o := options{least: 100, jobs: 4, patience: 5 * time.Second, only: regexp.MustCompile("")}
	var out bytes.Buffer
	err := check(t.Context(), &out, "testdata/sample", o)
	assert.EqualError(t, err, "testdata/sample: failed alone: [Example TestExits TestFailsNowAndThen TestHangs TestRaces]")
	assert.Regexp(t, `testdata/sample: 6 tests, \d+ runs, 5 failed`, out.String())
	assert.Contains(t, out.String(), "at the twentieth time")
	assert.Contains(t, out.String(), "DATA RACE")
	assert.Contains(t, out.String(), "test timed out after 5s")
}

func TestCheckOnly(t *testing.T) {
	o := options{jobs: 1, patience: time.Minute, only: regexp.MustCompile("Passes")}
	var out bytes.Buffer
	assert.NoError(t, check(t.Context(), &out, "testdata/sample", o))
	assert.Equal(t, "testdata/sample: 1 tests, 1 runs, 0 failed\n", out.String())
	o.only = regexp.MustCompile("^None$")
	assert.EqualError(t, check(t.Context(), &out, "testdata/sample", o), "testdata/sample: no tests")
}
