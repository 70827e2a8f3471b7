package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// tree has a file that cannot be opened, and counts how many are open at once.
type tree struct {
	fstest.MapFS
	open, most atomic.Int64
	bad        string
	opened     func(path string)
}

type openFile struct {
	fs.File
	tree *tree
}

func (f openFile) Close() error {
	f.tree.open.Add(-1)
	return f.File.Close()
}

func (t *tree) Open(name string) (fs.File, error) {
	f, err := t.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return f, err
	}
	if name == t.bad {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	if t.opened != nil {
		t.opened(name)
	}
	now := t.open.Add(1)
	for {
		most := t.most.Load()
		if now <= most || t.most.CompareAndSwap(most, now) {
			return openFile{f, t}, nil
		}
	}
}

func newTree(files int) *tree {
	t := &tree{MapFS: fstest.MapFS{}}
	for i := range files {
		t.MapFS[fmt.Sprintf("dir%d/file%02d", i%3, i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x", 1000*i))}
	}
	return t
}

func TestHashesInOrderAndReportsWhatItCannotRead(t *testing.T) {
	tree := newTree(30)
	tree.bad = "dir1/file13"
	var out strings.Builder
	sum, err := hashTree(t.Context(), tree, 4, &out)
	require.NoError(t, err)
	assert.Equal(t, "29 files, 422000 bytes, 1 unreadable", sum.String())
	assert.LessOrEqual(t, tree.most.Load(), int64(4))
	assert.Zero(t, tree.open.Load(), "files are left open")

	var want strings.Builder
	require.NoError(t, fs.WalkDir(tree.MapFS, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case path == tree.bad:
			fmt.Fprintf(&want, "%s: open %s: permission denied\n", path, path)
		default:
			hash := sha256.Sum256(tree.MapFS[path].Data)
			fmt.Fprintf(&want, "%x  %s\n", hash[:8], path)
		}
		return nil
	}))
	assert.Equal(t, want.String(), out.String())
}

func TestStopsWithWhatItHas(t *testing.T) {
	errStop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	tree := newTree(300)
	n := 0
	tree.opened = func(string) {
		if n++; n == 50 {
			cancel(errStop)
		}
	}
	var out strings.Builder
	sum, err := hashTree(ctx, tree, 1, &out)
	require.ErrorIs(t, err, errStop)
	assert.Positive(t, sum.files)
	assert.Less(t, sum.files, 51)
	assert.Equal(t, sum.files, strings.Count(out.String(), "\n"), "a line for each")
	assert.Zero(t, tree.open.Load(), "files are left open")
}

// full is a device without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("no space left on device")

func TestExitCodes(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "a"), []byte("a"), 0o600))
	for _, test := range []struct {
		name   string
		root   string
		n      int
		out    io.Writer
		code   int
		prints string
	}{
		{"a tree", root, 1, io.Discard, 0, ""},
		{"no tree", filepath.Join(root, "none"), 1, io.Discard, 1, "none"},
		{"none at once", root, 0, io.Discard, 2, "-n must be at least 1"},
		{"no room for the output", root, 1, full{}, 1, errFull.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			assert.Equal(t, test.code, run(test.root, test.n, test.out, &stderr))
			assert.Contains(t, stderr.String(), test.prints)
		})
	}
}

// A signal is a clean stop, but hides no failure.
func TestExitCodeAfterASignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send itself an interrupt there")
	}
	for _, test := range []struct {
		name    string
		failure error
		code    int
		prints  string
	}{
		{"stopped", nil, 130, "stopped by interrupt"},
		{"failed as well", errFull, 1, errFull.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := taskgroup.Run(t.Context(), func(ctx context.Context, _ *taskgroup.Group) error {
				self, err := os.FindProcess(os.Getpid())
				require.NoError(t, err)
				require.NoError(t, self.Signal(os.Interrupt))
				<-ctx.Done()
				if test.failure != nil {
					return test.failure
				}
				return ctx.Err()
			}, taskgroup.WithSignals())
			var stderr strings.Builder
			assert.Equal(t, test.code, exitCode(err, &stderr))
			assert.Contains(t, stderr.String(), test.prints)
		})
	}
}
