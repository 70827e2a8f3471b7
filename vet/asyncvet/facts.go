package asyncvet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"example.com/asyncgo/vet/internal/index"
)

// exportWaits gives each declared function that always waits the fact.
func (p *pass) exportWaits() {
	for _, call := range p.Calls {
		if !index.Waits(call.Name) || !index.Ours(call.Name) {
			continue
		}
		fn, ok := index.Func(call.Cur)
		if !ok {
			continue
		}
		decl, ok := fn.Node().(*ast.FuncDecl)
		if !ok || !topLevel(decl, call.Expr) {
			continue
		}
		if obj, ok := p.TypesInfo.Defs[decl.Name].(*types.Func); ok && !p.ImportObjectFact(obj, new(waitsFact)) {
			p.ExportObjectFact(obj, &waitsFact{Name: call.Name})
		}
	}
}

// topLevel reports whether a call is in a statement of the body itself, with no
// return before it.
func topLevel(decl *ast.FuncDecl, call *ast.CallExpr) bool {
	skipped := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok && ret.End() < call.Pos() {
			skipped = true
		}
		return !skipped
	})
	if skipped {
		return false
	}
	for _, stmt := range decl.Body.List {
		if !within(stmt, call.Pos()) {
			continue
		}
		switch stmt := stmt.(type) {
		case *ast.ExprStmt, *ast.AssignStmt, *ast.ReturnStmt, *ast.DeclStmt:
			return true
		case *ast.IfStmt:
			return stmt.Init != nil && within(stmt.Init, call.Pos()) || within(stmt.Cond, call.Pos())
		}
	}
	return false
}

// waitsIn returns what the called function waits in, if it is known to wait.
func (p *pass) waitsIn(call *ast.CallExpr) string {
	fn, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func)
	if !ok {
		return ""
	}
	var fact waitsFact
	if p.ImportObjectFact(fn.Origin(), &fact) {
		return fact.Name
	}
	return ""
}
