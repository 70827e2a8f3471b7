package asyncvet

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// CauseLost reports functions that return the error of their group's context
// where the group has the failure.
var CauseLost = newAnalyzer("causelost", func(p *pass) {
	for _, g := range p.Groups {
		// What the main function of Run returns because its context is done is
		// no failure: Run reports the task's.
		if !g.Main {
			p.causeLost(g)
		}
	}
})

func (p *pass) causeLost(g *index.Group) {
	o := p.ownerOf(g)
	if o == nil || p.joinsElsewhere(g, o) {
		return
	}
	started := map[ast.Node]bool{}
	o.flow.walk(o.begin, func(n ast.Node) bool {
		if p.joins(g, n) || p.assigns(g.Ctx, n) {
			return false
		}
		started[n] = true
		return true
	}, nil)
	for _, use := range g.Scope.Uses(g.Ctx) {
		call := use.Parent().Parent()
		if p.name1(call) != "context.Context.Err" || use.Parent().Node() != call.Node().(*ast.CallExpr).Fun {
			continue
		}
		ret, ok := call.Parent().Node().(*ast.ReturnStmt)
		if !ok || !started[ret] || ret.Results[len(ret.Results)-1] != call.Node() {
			continue
		}
		name := g.Var.Name()
		fix := &analysis.SuggestedFix{
			Message:   "Return the group's failure",
			TextEdits: []analysis.TextEdit{replace(call.Node(), name+".Wait()")},
		}
		if !p.visible(g.Var, ret.Pos()) {
			fix = nil
		}
		p.report(call.Node(), fix, "%s is only the echo of a failure that %s.Wait() returns, and the tasks are not joined", text(call.Node().(ast.Expr)), name)
	}
}

// joinsElsewhere reports whether a deferred call or a literal waits for the
// group, so that the failure may be seen there.
func (p *pass) joinsElsewhere(g *index.Group, o *owner) bool {
	for _, use := range g.Scope.Uses(g.Var) {
		call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
		if !ok || !p.isJoin(g, call) {
			continue
		}
		if fn, ok := index.Func(use); !ok || fn != o.cur || isDeferred(use.Parent().Parent()) {
			return true
		}
	}
	return g.Escapes()
}

// isDeferred reports whether the call at cur is that of a go or defer statement.
func isDeferred(cur inspector.Cursor) bool {
	switch cur.Parent().Node().(type) {
	case *ast.DeferStmt, *ast.GoStmt:
		return true
	}
	return false
}
