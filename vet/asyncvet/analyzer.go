package asyncvet

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

//go:embed doc.go
var docs string

const page = "https://pkg.go.dev/" + index.Root + "/vet/asyncvet#hdr-"

// Analyzers returns all analyzers. FromAsyncio reports nothing unless its flag
// enable is set.
func Analyzers() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		OuterCtx, CtxAfterWait, CauseLost, DroppedTask, Uncancellable, LockAcross,
		Permit, SelfWait, ShutdownOnFailure, SeqSource, ErrCompare, FromAsyncio,
		Suppression,
	}
}

// A pass is one analyzer at work on one package.
type pass struct {
	*analysis.Pass
	*index.Package

	suppressed suppressions
}

func newAnalyzer(name string, run func(p *pass), facts ...analysis.Fact) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:      name,
		Doc:       section(name),
		URL:       page + name,
		Requires:  []*analysis.Analyzer{index.Analyzer, Suppression},
		FactTypes: facts,
		Run: func(ap *analysis.Pass) (any, error) {
			p := &pass{
				Pass:       ap,
				Package:    ap.ResultOf[index.Analyzer].(*index.Package),
				suppressed: ap.ResultOf[Suppression].(suppressions),
			}
			run(p)
			return nil, nil
		},
	}
}

// section is the part of the package's documentation that has the heading name.
func section(name string) string {
	_, after, ok := strings.Cut(docs, "\n# "+name+"\n")
	if !ok {
		panic("asyncvet: no documentation of " + name)
	}
	text, _, _ := strings.Cut(after, "\n# ")
	text, _, _ = strings.Cut(text, "*/")
	return name + ": " + strings.TrimSpace(text)
}

// report reports at n, unless a comment there says not to.
func (p *pass) report(n analysis.Range, fix *analysis.SuggestedFix, format string, args ...any) {
	if p.suppressed.covers(p.Fset.Position(n.Pos()), p.Analyzer.Name) {
		return
	}
	d := analysis.Diagnostic{Pos: n.Pos(), End: n.End(), Message: fmt.Sprintf(format, args...), URL: p.Analyzer.URL}
	if fix != nil {
		d.SuggestedFixes = []analysis.SuggestedFix{*fix}
	}
	p.Report(d)
}

// inTest reports whether n is in a test file. What tests do on purpose, to see
// what comes of it, would be a mistake elsewhere; the rules that this concerns
// are silent there.
func (p *pass) inTest(n analysis.Range) bool {
	return strings.HasSuffix(p.Fset.File(n.Pos()).Name(), "_test.go")
}

// text prints an expression.
func text(e ast.Expr) string { return types.ExprString(e) }

// within reports whether pos is inside n.
func within(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos < n.End() }

// returnsError reports whether the last result of a function is an error.
func (p *pass) returnsError(fn *ast.FuncType) bool {
	if fn.Results == nil {
		return false
	}
	last := fn.Results.List[len(fn.Results.List)-1]
	return isError(p.TypesInfo.TypeOf(last.Type))
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// sameFunc visits what is below cur, but not what is in other functions.
func sameFunc(cur inspector.Cursor, visit func(c inspector.Cursor)) {
	cur.Inspect(nil, func(c inspector.Cursor) bool {
		if _, ok := c.Node().(*ast.FuncLit); ok && c != cur {
			return false
		}
		visit(c)
		return true
	})
}

// name is the name of the function that call calls, as in index.CalleeName.
func (p *pass) name(call *ast.CallExpr) string { return index.CalleeName(p.TypesInfo, call) }

// operand returns what the method of a call is selected from, or nil.
func operand(call *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// visible reports whether the name of v means v at pos.
func (p *pass) visible(v *types.Var, pos token.Pos) bool {
	scope := p.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(v.Name(), pos)
	return obj == v
}

// free reports whether name means nothing in the function around pos.
func (p *pass) free(name string, pos token.Pos) bool {
	scope := p.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(name, token.NoPos)
	return obj == nil
}

func replace(n ast.Node, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: n.Pos(), End: n.End(), NewText: []byte(text)}
}
