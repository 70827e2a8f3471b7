package traps_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rows returns the numbers of docs/semantics.md that are traps of other libraries
// (P) and bugs of asyncio (H). Each one is cited by a test, or is in notHere.
func rows(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/semantics.md")
	require.NoError(t, err)
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^\| <a id="[^"]*"></a>(P-\d+|H\d+) \|`).FindAllSubmatch(text, -1) {
		all = append(all, string(m[1]))
	}
	require.NotEmpty(t, all)
	return all
}

// notHere says why a row has no test.
var notHere = map[string]string{
	"P-56": "no retries: examples/retry-in-group writes the loop",
	"P-77": "no rate limit: examples/rate writes one",
	"P-91": "no delay queue",
	"H39":  "no cancel on what Gather returns: it returns after everything has ended",
	"H44":  "Shield returns what its function returns, so no failure is left to be reported later",
	"H55":  "nobody keeps note of who waits for whom, so that cannot break a wait",
}

// concerned is where tests name rows.
var concerned = []string{"taskgroup", "semaphore", "queue"}

func TestEveryRowIsATest(t *testing.T) {
	tests := map[string][]string{}
	for _, pkg := range concerned {
		files, err := filepath.Glob(filepath.Join("../../../..", pkg, "*_test.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			for test, ids := range namedIn(t, file) {
				for _, id := range ids {
					tests[id] = append(tests[id], pkg+"."+test)
				}
			}
		}
	}
	all := rows(t)
	for _, id := range all {
		reason, absent := notHere[id]
		assert.NotEqual(t, absent, len(tests[id]) > 0, "%s: tests %q, not here: %q", id, tests[id], reason)
		if slices.Sort(tests[id]); absent {
			tests[id] = []string{"not here: " + reason}
		}
		t.Log(id, strings.Join(tests[id], ", "))
	}
	for id := range notHere {
		assert.Contains(t, all, id)
	}
	for id := range tests {
		assert.Contains(t, all, id, "is named in %s", tests[id])
	}
}

var rowID = regexp.MustCompile(`\b(P-|H)(\d+)(?:(?: to |-|–)(?:P-|H)(\d+))?\b`)

// namedIn tells which rows each test of a file names: in its comment, within it,
// or in the texts of its assertions. "P-34 to P-37" names all four.
func namedIn(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, text, parser.ParseComments)
	require.NoError(t, err)
	named := map[string][]string{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
			continue
		}
		begin := f.Pos()
		if f.Doc != nil {
			begin = f.Doc.Pos()
		}
		source := strings.ReplaceAll(string(text[fset.Position(begin).Offset:fset.Position(f.End()).Offset]), "\n// ", " ")
		for _, m := range rowID.FindAllStringSubmatch(source, -1) {
			first, _ := strconv.Atoi(m[2])
			last, err := strconv.Atoi(m[3])
			if err != nil {
				last = first
			}
			for n := first; n <= last; n++ {
				if id := fmt.Sprint(m[1], n); !slices.Contains(named[f.Name.Name], id) {
					named[f.Name.Name] = append(named[f.Name.Name], id)
				}
			}
		}
	}
	return named
}
