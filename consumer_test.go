package asyncgo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A module outside the tree that uses the three packages builds and runs, and
// needs nothing for that but this module and the standard library.
func TestConsumer(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("go.mod", `module consumer.example

go 1.26

require `+module+` v0.0.0

replace `+module+` => `+here+`
`)
	write("main.go", `package main

import (
	"context"
	"fmt"

	"`+module+`/queue"
	"`+module+`/semaphore"
	"`+module+`/taskgroup"
)

func main() {
	ctx := context.Background()
	q := queue.New[int](0)
	sizes, err := taskgroup.Map(ctx, 2, []string{"a", "bc"}, func(ctx context.Context, s string) (int, error) {
		return len(s), semaphore.New(1).Do(ctx, func(ctx context.Context) error { return q.Put(ctx, len(s)) })
	})
	fmt.Println(sizes, err, q.Len())
}
`)
	command := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off") // nothing is downloaded
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	assert.Equal(t, "[1 2] <nil> 2\n", command("run", "."))
	for dep := range strings.FieldsSeq(command("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")) {
		known := dep == "consumer.example" || strings.HasPrefix(dep, module+"/")
		assert.Truef(t, known, "users would have to download %s", dep)
	}
}
