package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"

	"golang.org/x/tools/go/packages"
)

// A loader type-checks packages from their source: the roots
// whole, the others without function bodies, which is less work than
// compiling them all, as export data would need.
type loader struct {
	fset  *token.FileSet
	roots map[*packages.Package]bool
	types map[string]*types.Package
}

// load returns the packages that the patterns match in the module at dir.
func load(dir string, patterns []string) ([]*packages.Package, *token.FileSet, error) {
	cfg := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypesSizes | packages.NeedModule,
		Dir:   dir,
		Env:   append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED=0"),
		Tests: *tests,
	}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, nil, err
	}
	l := &loader{fset: token.NewFileSet(), roots: map[*packages.Package]bool{}, types: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, pkg := range pkgs {
		l.roots[pkg] = true
	}
	var good []*packages.Package
	for _, pkg := range pkgs {
		if _, err := l.check(pkg); err != nil {
			log.Printf("%s: not loaded: %v", pkg.ID, err)
			continue
		}
		good = append(good, pkg)
	}
	// Facts pass only between packages that are analyzed.
	for _, pkg := range good {
		for path, imported := range pkg.Imports {
			if !l.roots[imported] || imported.Types == nil {
				delete(pkg.Imports, path)
			}
		}
	}
	return good, l.fset, nil
}

func (l *loader) check(pkg *packages.Package) (*types.Package, error) {
	if done, ok := l.types[pkg.ID]; ok {
		if done == nil {
			return nil, errors.New("not loaded: " + pkg.ID)
		}
		return done, nil
	}
	l.types[pkg.ID] = nil
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(l.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	var failure error
	conf := types.Config{
		FakeImportC:      true,
		IgnoreFuncBodies: !l.roots[pkg],
		Sizes:            pkg.TypesSizes,
		Error: func(err error) {
			if failure == nil {
				failure = err
			}
		},
		Importer: importer(func(path string) (*types.Package, error) {
			if path == "unsafe" {
				return types.Unsafe, nil
			}
			imported, ok := pkg.Imports[path]
			if !ok {
				return nil, errors.New("no package " + path)
			}
			return l.check(imported)
		}),
	}
	if pkg.Module != nil && pkg.Module.GoVersion != "" {
		conf.GoVersion = "go" + pkg.Module.GoVersion
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
	if !l.roots[pkg] {
		info = nil
	}
	checked, _ := conf.Check(pkg.PkgPath, l.fset, files, info)
	l.types[pkg.ID] = checked // what depends on it may be whole all the same
	if failure != nil && l.roots[pkg] {
		return checked, failure
	}
	if l.roots[pkg] {
		pkg.Fset, pkg.Syntax, pkg.Types, pkg.TypesInfo = l.fset, files, checked, info
	}
	return checked, nil
}

type importer func(path string) (*types.Package, error)

func (f importer) Import(path string) (*types.Package, error) { return f(path) }
