package distributed_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Everything exported has a comment, of not too many words, and each function and
// method an example whose output is checked.
func TestEverythingIsDocumented(t *testing.T) {
	for _, dir := range []string{".", "embedded"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		set := token.NewFileSet()
		var parsed []*ast.File
		for _, file := range files {
			f, err := parser.ParseFile(set, file, nil, parser.ParseComments)
			require.NoError(t, err)
			if !strings.HasSuffix(file, "_windows.go") {
				parsed = append(parsed, f)
			}
		}
		p, err := doc.NewFromFiles(set, parsed, "example.com/asyncgo/distributed")
		require.NoError(t, err)
		assert.NotEmpty(t, p.Doc)
		documented := func(name, text string) {
			assert.NotEmpty(t, strings.TrimSpace(text), "%s has no comment", name)
			assert.LessOrEqual(t, len(strings.Fields(text)), 190, "%s has too long a comment", name)
		}
		example := func(f *doc.Func) {
			name := f.Recv + "." + f.Name
			documented(name, f.Doc)
			assert.NotEmpty(t, f.Examples, "%s has no example", name)
		}
		for _, f := range p.Funcs {
			example(f)
		}
		for _, v := range slices.Concat(p.Vars, p.Consts) {
			documented(v.Names[0], v.Doc)
		}
		for _, typ := range p.Types {
			documented(typ.Name, typ.Doc)
			for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
				example(f)
			}
		}
		for _, e := range doc.Examples(parsed...) {
			assert.True(t, e.Output != "" || e.EmptyOutput, "Example%s has no output", e.Name)
		}
	}
}

// tests.md names tests that exist.
func TestTheListOfTests(t *testing.T) {
	list, err := os.ReadFile("tests.md")
	require.NoError(t, err)
	known := map[string]bool{}
	for _, pattern := range []string{"*_test.go", "*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, match := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
				known[string(match[1])] = true
			}
		}
	}
	named := regexp.MustCompile(`Test\w+`).FindAllString(string(list), -1)
	assert.Greater(t, len(named), 100)
	for _, name := range named {
		assert.True(t, known[name], "%s is not there", name)
	}
}
