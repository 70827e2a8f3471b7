package asyncvet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// ErrCompare reports comparisons of the error of a group that it does not pass,
// or passes although something failed.
var ErrCompare = newAnalyzer("errcompare", func(p *pass) {
	if !p.Imports("taskgroup", "semaphore", "queue", "errgroup") {
		return
	}
	for cur := range p.Root.Preorder((*ast.BinaryExpr)(nil), (*ast.TypeAssertExpr)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.BinaryExpr:
			p.comparedTo(cur, n)
		case *ast.SwitchStmt:
			p.switched(cur, n)
		case *ast.TypeAssertExpr:
			if n.Type != nil {
				p.asserted(n, n.X, n.Type)
			}
		case *ast.TypeSwitchStmt:
			p.typeSwitched(n)
		case *ast.CallExpr:
			if p.name(n) == "errors.Is" {
				p.cleanStop(cur, n)
			}
		}
	}
})

// groupErrors are the types that an error of asyncgo may have somewhere in it.
var groupErrors = map[string]bool{
	"taskgroup.GroupError": true, "taskgroup.TaskError": true, "taskgroup.PanicError": true,
	"taskgroup.SignalError": true, "taskgroup.LateError": true,
}

// sentinel names e if it is an error that is compared: one of package context's
// or one of ours.
func (p *pass) sentinel(e ast.Expr) string {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	v, ok := p.TypesInfo.Uses[sel.Sel].(*types.Var)
	if !ok || v.Pkg() == nil || v.IsField() || !types.Identical(v.Type().Underlying(), types.Universe.Lookup("error").Type().Underlying()) {
		return ""
	}
	switch v.Pkg().Path() {
	case "context", index.Root + "/taskgroup", index.Root + "/semaphore", index.Root + "/queue":
		return text(e)
	}
	return ""
}

// origin names the call that gave the variable e its value where cur is: the
// last one before it in the source, in a list of statements around it.
func (p *pass) origin(cur inspector.Cursor, e ast.Expr) string {
	v, scope := p.Var(e), p.ScopeOf(cur)
	if v == nil {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
			return p.name(call)
		}
		return ""
	}
	if scope == nil {
		return ""
	}
	name := ""
	for _, def := range scope.Defs(v) {
		node := def.Cur.Node()
		if node.Pos() > cur.Node().Pos() {
			break
		}
		name = ""
		call, ok := def.RHS.(*ast.CallExpr)
		if !ok {
			continue
		}
		in, ok := index.Func(def.Cur)
		here, ok2 := index.Func(cur)
		if !ok || !ok2 || in != here {
			continue
		}
		// In a branch that does not enclose cur the variable may have another value here.
		if block := def.Cur.Parent().Node(); within(block, cur.Node().Pos()) {
			name = p.name(call)
		}
	}
	return name
}

// wraps reports whether a call of that name returns errors that wrap what they
// are about, and grouped whether these may hold several.
func wraps(name string) (wraps, grouped bool) {
	switch name {
	case "taskgroup.Run", "taskgroup.Gather", "taskgroup.Gather2", "taskgroup.Gather3", "taskgroup.Map", "taskgroup.Consume", "taskgroup.ForEach",
		"taskgroup.Group.Wait", "taskgroup.Group.Shutdown", "taskgroup.FirstSuccess", "taskgroup.Race", "taskgroup.Staggered":
		return true, true
	case "errgroup.Group.Wait":
		return true, false
	}
	return index.Waits(name) && index.Ours(name), false
}

func (p *pass) comparedTo(cur inspector.Cursor, bin *ast.BinaryExpr) {
	if bin.Op != token.EQL && bin.Op != token.NEQ {
		return
	}
	err, want := bin.X, p.sentinel(bin.Y)
	if want == "" {
		err, want = bin.Y, p.sentinel(bin.X)
	}
	if want == "" {
		return
	}
	name := p.origin(cur, err)
	if ok, _ := wraps(name); !ok {
		return
	}
	not := ""
	if bin.Op == token.NEQ {
		not = "!"
	}
	var fix *analysis.SuggestedFix
	if pkg := p.importName(bin, "errors"); pkg != "" {
		fix = &analysis.SuggestedFix{
			Message:   "Use errors.Is",
			TextEdits: []analysis.TextEdit{replace(bin, not+pkg+".Is("+text(err)+", "+want+")")},
		}
	}
	p.report(bin, fix, "an error of %s may wrap %s: use errors.Is", name, want)
}

func (p *pass) switched(cur inspector.Cursor, stmt *ast.SwitchStmt) {
	if stmt.Tag == nil {
		return
	}
	for _, clause := range stmt.Body.List {
		for _, e := range clause.(*ast.CaseClause).List {
			want := p.sentinel(e)
			if want == "" {
				continue
			}
			name := p.origin(cur.ChildAt(edge.SwitchStmt_Tag, -1), stmt.Tag)
			if ok, _ := wraps(name); ok {
				p.report(e, nil, "an error of %s may wrap %s: use errors.Is", name, want)
			}
		}
	}
}

func (p *pass) asserted(at analysis.Range, x, typ ast.Expr) {
	name := index.Named(p.TypesInfo.TypeOf(typ))
	if !groupErrors[name] || p.inTest(at) || !isError(p.TypesInfo.TypeOf(x)) {
		return
	}
	p.report(at, nil, "a *%s may be wrapped: use errors.As or errors.AsType", name)
}

func (p *pass) typeSwitched(stmt *ast.TypeSwitchStmt) {
	var assert *ast.TypeAssertExpr
	switch s := stmt.Assign.(type) {
	case *ast.ExprStmt:
		assert, _ = s.X.(*ast.TypeAssertExpr)
	case *ast.AssignStmt:
		assert, _ = s.Rhs[0].(*ast.TypeAssertExpr)
	}
	if assert == nil {
		return
	}
	for _, clause := range stmt.Body.List {
		for _, typ := range clause.(*ast.CaseClause).List {
			p.asserted(typ, assert.X, typ)
		}
	}
}

// cleanStop reports [errors.Is] of [context.Canceled] that decides that the
// error of a group is nothing: in its condition, alone, with a body that
// returns nil.
func (p *pass) cleanStop(cur inspector.Cursor, call *ast.CallExpr) {
	if len(call.Args) != 2 {
		return
	}
	want := p.sentinel(call.Args[1])
	if want != "context.Canceled" && want != "context.DeadlineExceeded" {
		return
	}
	name := p.origin(cur, call.Args[0])
	if _, grouped := wraps(name); !grouped {
		return
	}
	nothing := false
	switch parent := cur.Parent().Node().(type) {
	case *ast.IfStmt:
		nothing = parent.Cond == call && p.returnsNil(parent.Body)
	case *ast.UnaryExpr:
		// err != nil && !errors.Is(err, context.Canceled): what is in the body is for failures.
		nothing = parent.Op == token.NOT
	}
	if !nothing {
		return
	}
	var fix *analysis.SuggestedFix
	if pkg := p.importName(call, index.Root+"/taskgroup"); pkg != "" {
		fix = &analysis.SuggestedFix{
			Message:   "Use taskgroup.Cancelled",
			TextEdits: []analysis.TextEdit{replace(call, pkg+".Cancelled("+text(call.Args[0])+")")},
		}
	}
	p.report(call, fix, "an error of %s may hold a failure beside %s: use taskgroup.Cancelled", name, want)
}

// returnsNil reports whether a body is nothing but a return of nil.
func (p *pass) returnsNil(body *ast.BlockStmt) bool {
	if len(body.List) != 1 {
		return false
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok {
		return false
	}
	if len(ret.Results) == 0 {
		return true
	}
	return p.TypesInfo.Types[ret.Results[len(ret.Results)-1]].IsNil()
}
