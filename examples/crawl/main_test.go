package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// With CRAWL_TEST_ARGS, the test binary is crawl itself.
func TestMain(m *testing.M) {
	if args, ok := os.LookupEnv("CRAWL_TEST_ARGS"); ok {
		os.Exit(run(strings.Fields(args), os.Stdout, os.Stderr, nil))
	}
	os.Exit(m.Run())
}

func TestExitCodes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		prints string
	}{
		{"a good page", []string{server.URL}, exitOK, "pages      1\n"},
		{"no page", []string{server.URL + "/missing"}, exitFailed, "1 404 Not Found: " + server.URL + "/missing\n"},
		{"help", []string{"-h"}, exitOK, "usage: crawl"},
		{"an unknown flag", []string{"-x"}, exitUsage, "usage: crawl"},
		{"no connections", []string{"-n", "0", server.URL}, exitUsage, "-n, -timeout and -max must be above 0"},
		{"no time", []string{"-timeout", "0", server.URL}, exitUsage, "-n, -timeout and -max must be above 0"},
		{"no pages", []string{"-max", "0", server.URL}, exitUsage, "-n, -timeout and -max must be above 0"},
		{"two URLs", []string{server.URL, server.URL}, exitUsage, "usage: crawl"},
		{"a bad URL", []string{"http://[bad"}, exitUsage, "missing ']' in host"},
		{"no web page", []string{"mailto:me@site.test"}, exitUsage, `"mailto:me@site.test" is no http or https URL` + "\n"},
		{"code", []string{"javascript:void(0)"}, exitUsage, `"javascript:void(0)" is no http or https URL` + "\n"},
		{"another scheme", []string{"ftp://site.test"}, exitUsage, `"ftp://site.test" is no http or https URL` + "\n"},
		{"an address", []string{"127.0.0.1:8080"}, exitUsage, "did you mean http://127.0.0.1:8080?"},
		{"a host and a port", []string{"localhost:8080/path"}, exitUsage, "did you mean http://localhost:8080/path?"},
		{"a host", []string{"site.test"}, exitUsage, "did you mean http://site.test?"},
		{"a path", []string{"/path"}, exitUsage, `"/path" is no http or https URL` + "\n"},
		{"no such port", []string{"http://127.0.0.1:99999"}, exitUsage, "names no port from 0 to 65535"},
		{"no such port, and no scheme", []string{"127.0.0.1:99999"}, exitUsage, "first path segment"},
		{"no host", []string{"http:///path"}, exitUsage, "names no host"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			assert.Equal(t, test.code, run(test.args, &out, &out, nil))
			assert.Contains(t, out.String(), test.prints)
		})
	}
}

func TestWithoutAURLItCrawlsTheSourceOfGo(t *testing.T) {
	var out strings.Builder
	assert.Equal(t, exitOK, run([]string{"-max", "40"}, &out, &out, nil))
	assert.Contains(t, out.String(), "pages      40\n")
	assert.Contains(t, out.String(), "errors     0\n")
}

// The timeline is written in the format that the name of the file says.
func TestTimeline(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for name, begins := range map[string]string{
		"run.svg":  "<svg ",
		"run.txt":  "group ",
		"run.json": `{"displayTimeUnit":"ms","traceEvents":[`,
	} {
		file := filepath.Join(t.TempDir(), name)
		var out strings.Builder
		assert.Equal(t, exitFailed, run([]string{"-timeline", file, server.URL}, &out, &out, nil), "the one page is missing")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(text), begins), string(text))
		assert.Contains(t, string(text), "readers")
	}
}

// What runs is served while it runs, and not afterwards.
func TestDebug(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	var seen string
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		resp, err := http.Get("http://" + addr + "/debug/asyncgo?format=text")
		if !assert.NoError(t, err) {
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		assert.NoError(t, err)
		seen = string(text)
	}))
	defer server.Close()
	var out strings.Builder
	assert.Equal(t, exitOK, run([]string{"-debug", addr, server.URL}, &out, &out, nil))
	assert.Contains(t, out.String(), "What runs is on http://"+addr+"/debug/asyncgo.\n")
	assert.Contains(t, seen, `group "crawl"`)
	assert.Contains(t, seen, `holds semaphore "connections"`)
	_, err = http.Get("http://" + addr + "/debug/asyncgo")
	assert.Error(t, err)
}

// What cannot be written or served ends the program before the crawl.
func TestInspectionFails(t *testing.T) {
	var visited atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Store(true) }))
	defer server.Close()
	for _, args := range [][]string{
		{"-timeline", filepath.Join(t.TempDir(), "missing", "run.svg"), server.URL},
		{"-debug", "127.0.0.1:99999", server.URL},
	} {
		var out strings.Builder
		assert.Equal(t, exitFailed, run(args, &out, &out, nil))
		assert.False(t, visited.Load())
		assert.Contains(t, out.String(), "crawl: ")
	}
}

// A failure is reported although a signal came as well.
func TestASignalHidesNoFailure(t *testing.T) {
	signaled := &taskgroup.SignalError{Signal: os.Interrupt}
	errBroken := errors.New("the server is broken")
	for _, test := range []struct {
		name    string
		failure error
		code    int
		prints  string
	}{
		{"stopped", nil, 130, "Stopped by interrupt with 0 pages still to read."},
		{"failed as well", errBroken, exitFailed, errBroken.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := taskgroup.Run(t.Context(), func(_ context.Context, g *taskgroup.Group) error {
				g.Cancel(signaled)
				return test.failure
			})
			var out strings.Builder
			assert.Equal(t, test.code, newCrawler(nil, 1, time.Second, 1).report(err, &out, &out))
			assert.Contains(t, out.String(), test.prints)
		})
	}
}

// Ctrl-C ends a crawl that would not end by itself, and it reports what it has.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send an interrupt there")
	}
	server := httptest.NewServer(tree(time.Millisecond))
	defer server.Close()
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), "CRAWL_TEST_ARGS=-max 1000000000 "+server.URL)
	stdout, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "it reports progress")
	assert.Regexp(t, `^\d+ pages, `, lines.Text())
	require.NoError(t, child.Process.Signal(os.Interrupt))
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	assert.Contains(t, rest.String(), "Stopped by interrupt with ")
	assert.Regexp(t, `(?m)^pages      [1-9]`, rest.String())
	assert.Regexp(t, `(?m)^errors     0$`, rest.String())
	assert.Error(t, child.Wait())
	assert.Equal(t, 130, child.ProcessState.ExitCode())
}
