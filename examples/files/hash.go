package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"iter"

	"example.com/asyncgo/taskgroup"
)

// file is one file, read or not.
type file struct {
	path string
	size int64
	hash [sha256.Size]byte
	err  error // why it could not be read
}

// hashTree writes a line for every file of the tree, in the order of the walk,
// and reads at most n at once. When ctx ends it returns what it has.
func hashTree(ctx context.Context, tree fs.FS, n int, w io.Writer) (summary, error) {
	var sum summary
	hash := func(ctx context.Context, f file) (file, error) {
		if f.err == nil {
			f.size, f.hash, f.err = read(ctx, tree, f.path)
		}
		return f, ctx.Err() // a file that cannot be read stops nothing
	}
	for f, err := range taskgroup.MapSeq(ctx, n, walk(tree), hash) {
		if err != nil {
			return sum, err
		}
		if err := sum.add(w, f); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// walk yields the regular files of the tree, and what could not be listed.
func walk(tree fs.FS) iter.Seq[file] {
	return func(yield func(file) bool) {
		_ = fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.Type().IsRegular() {
				return nil
			}
			if !yield(file{path: path, err: err}) {
				return fs.SkipAll
			}
			return nil
		})
	}
}

// read reads one file to its end, or until ctx ends.
func read(ctx context.Context, tree fs.FS, path string) (size int64, hash [sha256.Size]byte, err error) {
	f, err := tree.Open(path)
	if err != nil {
		return 0, hash, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return size, hash, err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		size += int64(n)
		if errors.Is(err, io.EOF) {
			return size, [sha256.Size]byte(h.Sum(nil)), nil
		}
		if err != nil {
			return size, hash, err
		}
	}
}
