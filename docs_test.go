package asyncgo_test

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "example.com/asyncgo"

var packages = []string{"taskgroup", "semaphore", "queue", "inspect", "inspect/inspecthttp"}

// Every exported function and method has an example that pkg.go.dev shows as a
// whole program and whose output go test checks.
func TestEverySymbolHasAnExample(t *testing.T) {
	for _, dir := range packages {
		p := load(t, dir)
		all := slices.Clone(p.Examples)
		check := func(f *doc.Func) {
			all = append(all, f.Examples...)
			assert.NotEmptyf(t, f.Examples, "%s.%s has no example", dir, symbol(f))
		}
		for _, f := range p.Funcs {
			check(f)
		}
		for _, typ := range p.Types {
			all = append(all, typ.Examples...)
			for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
				check(f)
			}
		}
		for _, e := range all {
			assert.Truef(t, e.Output != "" || e.EmptyOutput, "%s: Example%s has no Output", dir, e.Name)
			assert.NotNilf(t, e.Play, "%s: Example%s is no whole program on pkg.go.dev", dir, e.Name)
		}
	}
}

// Everything exported says what it is: functions, methods, types, constants,
// variables, the fields of a struct, the methods of an interface.
func TestEverythingIsDocumented(t *testing.T) {
	for _, dir := range append(packages, ".") {
		p := load(t, dir)
		assert.NotEmptyf(t, p.Doc, "package %s has no comment", dir)
		eachSymbol(p, func(name, text string) {
			assert.NotEmptyf(t, strings.TrimSpace(text), "%s.%s has no comment", dir, name)
		})
	}
}

// A doc link such as [Group.Go] that go doc cannot resolve keeps its brackets.
func TestDocLinksResolve(t *testing.T) {
	bracketed := regexp.MustCompile(`(?:^|[\s(])\[\*?[A-Za-z_]\w*(\.\w+)*\]`)
	for _, dir := range append(packages, ".") {
		p := load(t, dir)
		check := func(name, text string) {
			for _, s := range plainTexts(p.Parser().Parse(text).Content) {
				assert.Emptyf(t, bracketed.FindAllString(s, -1), "%s: %s", dir, name)
			}
		}
		check("package", p.Doc)
		eachSymbol(p, check)
	}
}

// The names of our packages that the prose mentions exist, so the table for
// those who come from asyncio does not rot.
func TestProseNamesWhatExists(t *testing.T) {
	symbols := map[string]bool{}
	for _, dir := range packages {
		eachSymbol(load(t, dir), func(name, _ string) { symbols[dir+"."+name] = true })
	}
	tests := testNames(t)
	name := regexp.MustCompile(`\b(?:taskgroup|semaphore|queue|inspect|inspect/inspecthttp)\.[A-Z]\w*(?:\.[A-Z]\w*)?`)
	anchor := regexp.MustCompile(`pkg\.go\.dev/` + regexp.QuoteMeta(module) + `/(\w+)#([\w.]+)`)
	test := regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)

	for _, file := range append(prose(t), "doc.go") {
		text := read(t, file)
		for _, m := range name.FindAllString(text, -1) {
			assert.Truef(t, symbols[m], "%s: there is no %s", file, m)
		}
		for _, m := range anchor.FindAllStringSubmatch(text, -1) {
			assert.Truef(t, symbols[m[1]+"."+m[2]], "%s: there is no %s.%s", file, m[1], m[2])
		}
		for _, m := range test.FindAllString(text, -1) {
			assert.Truef(t, tests[m], "%s: there is no %s", file, m)
		}
	}
}

var block = regexp.MustCompile("(?ms)^(?:<!-- from: (\\S+) -->\n+)?```(?:go|python)\n(.*?)^```$")

// Every block of code in the prose is a verbatim part of the file it names.
func TestSnippetsAreReal(t *testing.T) {
	for _, file := range prose(t) {
		for _, m := range block.FindAllStringSubmatch(read(t, file), -1) {
			if assert.NotEmptyf(t, m[1], "%s: block without <!-- from: FILE --> before it:\n%s", file, m[2]) {
				assert.Containsf(t, flat(read(t, m[1])), flat(m[2]), "%s: %s no longer contains this block", file, m[1])
			}
		}
	}
}

// Links to files of this repository lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	code := regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`")
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	for _, file := range prose(t) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(read(t, file), ""), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(file), m[1]))
			assert.NoErrorf(t, err, "%s", file)
		}
	}
}

// The guide for those who come from asyncio says that its ids lead to tests.
func TestIDsLeadToTests(t *testing.T) {
	var tests strings.Builder
	walk(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			tests.WriteString(read(t, path))
		}
	})
	for _, id := range regexp.MustCompile(`\b(?:[A-Z]{1,2}-\d\d|R\d+)\b`).FindAllString(read(t, "docs/asyncio.md"), -1) {
		assert.Truef(t, regexp.MustCompile(`\b`+id+`\b`).MatchString(tests.String()), "no test names %s", id)
	}
}

// What is too long is not read.
func TestProseIsShort(t *testing.T) {
	for file, most := range map[string]int{"README.md": 150, "CONTRIBUTING.md": 60} {
		assert.LessOrEqual(t, strings.Count(read(t, file), "\n"), most, file)
	}
}

// prose lists the Markdown files.
func prose(t *testing.T) []string {
	t.Helper()
	var found []string
	walk(t, func(path string) {
		if filepath.Ext(path) == ".md" {
			found = append(found, path)
		}
	})
	require.Contains(t, found, "README.md")
	return found
}

// testNames has the tests of all modules here.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	walk(t, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				names[fn.Name.Name] = true
			}
		}
	})
	return names
}

func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !entry.IsDir():
			visit(path)
		}
		return nil
	}))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// flat removes indentation, so that a block may be dedented.
func flat(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}

// symbol is the name of a function, or of a method with its type, without the
// type parameters of that.
func symbol(f *doc.Func) string {
	if f.Recv == "" {
		return f.Name
	}
	recv, _, _ := strings.Cut(strings.TrimPrefix(f.Recv, "*"), "[")
	return recv + "." + f.Name
}

// eachSymbol calls f with everything that p exports and its comment.
func eachSymbol(p *doc.Package, f func(name, text string)) {
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			for _, spec := range v.Decl.Specs {
				spec := spec.(*ast.ValueSpec)
				for _, name := range spec.Names {
					if name.IsExported() {
						f(name.Name, v.Doc+spec.Doc.Text()+spec.Comment.Text())
					}
				}
			}
		}
	}
	funcs := func(fns []*doc.Func) {
		for _, fn := range fns {
			f(symbol(fn), fn.Doc)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, typ := range p.Types {
		f(typ.Name, typ.Doc)
		values(typ.Consts)
		values(typ.Vars)
		funcs(typ.Funcs)
		funcs(typ.Methods)
		for _, field := range fields(typ) {
			for _, name := range field.Names {
				if name.IsExported() {
					f(typ.Name+"."+name.Name, field.Doc.Text()+field.Comment.Text())
				}
			}
		}
	}
}

// fields returns the fields of a struct, the methods of an interface.
func fields(typ *doc.Type) []*ast.Field {
	for _, spec := range typ.Decl.Specs {
		if spec := spec.(*ast.TypeSpec); spec.Name.Name == typ.Name {
			switch t := spec.Type.(type) {
			case *ast.StructType:
				return t.Fields.List
			case *ast.InterfaceType:
				return t.Methods.List
			}
		}
	}
	return nil
}

// plainTexts returns the texts in which go doc has found no link.
func plainTexts(blocks []comment.Block) []string {
	var texts []string
	add := func(inline []comment.Text) {
		for _, x := range inline {
			if plain, ok := x.(comment.Plain); ok {
				texts = append(texts, string(plain))
			}
		}
	}
	for _, b := range blocks {
		switch b := b.(type) {
		case *comment.Paragraph:
			add(b.Text)
		case *comment.Heading:
			add(b.Text)
		case *comment.List:
			for _, item := range b.Items {
				texts = append(texts, plainTexts(item.Content)...)
			}
		}
	}
	return texts
}

func load(t *testing.T, dir string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, module+"/"+dir)
	require.NoError(t, err)
	return p
}
