// Corpus runs asyncvet over the packages of public modules that use errgroup,
// x/sync's semaphore or WaitGroup.Go, and prints what it finds as a table. It
// is no part of the tests: FINDINGS.md has what was found, by hand.
//
//	go run ./corpus < corpus/modules.txt > findings.tsv
//
// The modules come from the module proxy by go mod download, at the versions in
// modules.txt. What they depend on is type-checked without function bodies.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/types"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"example.com/asyncgo/vet/asyncvet"
)

var tests = flag.Bool("test", false, "also look at test files")

func main() {
	log.SetFlags(0)
	flag.Parse()
	uses, modules := 0, 0
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		module, _, _ := strings.Cut(lines.Text(), " ")
		if module == "" || strings.HasPrefix(module, "#") {
			continue
		}
		begin := time.Now()
		n, found, err := run(module)
		if err != nil {
			log.Printf("%s: %v", module, err)
			continue
		}
		uses, modules = uses+n, modules+1
		log.Printf("%s: %d uses of errgroup, %d findings, %s", module, n, found, time.Since(begin).Round(time.Second))
		runtime.GC()
	}
	log.Printf("%d modules, %d uses of errgroup", modules, uses)
}

// run looks at one module, and prints its findings.
func run(module string) (uses, found int, err error) {
	dir, err := download(module)
	if err != nil {
		return 0, 0, err
	}
	dirs := users(dir)
	if len(dirs) == 0 {
		return 0, 0, nil
	}
	var patterns []string
	for _, d := range dirs {
		rel, err := filepath.Rel(dir, d)
		if err != nil {
			return 0, 0, err
		}
		patterns = append(patterns, "./"+filepath.ToSlash(rel))
	}
	pkgs, fset, err := load(dir, patterns)
	if err != nil {
		return 0, 0, err
	}
	for _, pkg := range pkgs {
		uses += usesIn(pkg)
	}
	graph, err := checker.Analyze(asyncvet.Analyzers(), pkgs, nil)
	if err != nil {
		return 0, 0, err
	}
	printed := map[string]bool{}
	for _, action := range graph.Roots {
		if action.Err != nil {
			return 0, 0, fmt.Errorf("%v: %w", action, action.Err)
		}
		for _, d := range action.Diagnostics {
			at := fset.Position(d.Pos)
			name, err := filepath.Rel(dir, at.Filename)
			if err != nil {
				name = at.Filename
			}
			line := fmt.Sprintf("%s\t%s:%d\t%s\t%s", module, name, at.Line, action.Analyzer.Name, d.Message)
			if !printed[line] {
				printed[line] = true
				found++
				fmt.Println(line)
			}
		}
	}
	return uses, found, nil
}

// download returns the folder of the module in the module cache.
func download(module string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return "", fmt.Errorf("go mod download: %w: %s", err, out)
	}
	var info struct{ Dir string }
	return info.Dir, json.Unmarshal(out, &info)
}

// users returns the folders with files that use what the analyzers know.
func users(dir string) []string {
	var dirs []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() {
			if path != dir && (name == "vendor" || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || !*tests && strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder := filepath.Dir(path)
		if n := len(dirs); n > 0 && dirs[n-1] == folder {
			return nil
		}
		for _, use := range []string{`"golang.org/x/sync/errgroup"`, `"golang.org/x/sync/semaphore"`, ".Go(func() {"} {
			if bytes.Contains(src, []byte(use)) {
				dirs = append(dirs, folder)
				return nil
			}
		}
		return nil
	})
	if err != nil {
		log.Print(err)
	}
	return dirs
}

// usesIn counts mentions of what package errgroup declares, its methods
// included.
func usesIn(pkg *packages.Package) int {
	n := 0
	for _, obj := range pkg.TypesInfo.Uses {
		if obj.Pkg() == nil || obj.Pkg().Path() != "golang.org/x/sync/errgroup" {
			continue
		}
		if _, ok := obj.(*types.PkgName); !ok {
			n++
		}
	}
	return n
}
