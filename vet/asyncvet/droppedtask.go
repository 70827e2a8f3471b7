package asyncvet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// DroppedTask reports tasks and groups whose end is never looked at.
var DroppedTask = newAnalyzer("droppedtask", func(p *pass) {
	for _, call := range p.Calls {
		switch call.Name {
		case "taskgroup.Start":
			p.droppedHandle(call)
		case "taskgroup.Group.TryGo", "errgroup.Group.TryGo":
			if call.Stmt() != nil && !p.inTest(call.Expr) {
				p.report(call.Expr, nil, "TryGo may refuse the task: its result is dropped")
			}
		case "taskgroup.Group.Submit":
			if call.Stmt() != nil && !p.inTest(call.Expr) {
				p.report(call.Expr, nil, "Submit may refuse the task: its error is dropped")
			}
		case "taskgroup.SubmitTask", "taskgroup.TryTask":
			p.droppedRefusal(call)
		case "taskgroup.Group.Cancel", "taskgroup.Task.Cancel":
			p.droppedCause(call)
		}
	}
	for _, g := range p.Groups {
		p.droppedGroup(g)
	}
})

// droppedHandle reports a Start whose handle is not kept, or only for its name.
func (p *pass) droppedHandle(call *index.Call) {
	dropped := call.Stmt() != nil
	if assign, ok := call.Cur.Parent().Node().(*ast.AssignStmt); ok && len(assign.Lhs) == 1 && len(assign.Rhs) == 1 {
		id, ok := assign.Lhs[0].(*ast.Ident)
		if ok && id.Name == "_" {
			dropped = true
		}
		if v := p.Var(assign.Lhs[0]); v != nil && !v.IsField() && v.Parent() != p.Pkg.Scope() {
			dropped = dropped || p.onlyNamed(call, v)
		}
	}
	if dropped && !p.inTest(call.Expr) {
		p.report(call.Expr, nil, "the task's handle is dropped, and with it the error that the task ends with")
	}
}

// onlyNamed reports whether nothing is done with a handle but to print its name.
func (p *pass) onlyNamed(call *index.Call, v *types.Var) bool {
	scope := p.ScopeOf(call.Cur)
	if scope == nil {
		return false
	}
	for _, use := range scope.Uses(v) {
		if p.name1(use.Parent().Parent()) != "taskgroup.Task.Name" {
			return false
		}
	}
	return true
}

func (p *pass) droppedRefusal(call *index.Call) {
	dropped := call.Stmt() != nil
	if assign, ok := call.Cur.Parent().Node().(*ast.AssignStmt); ok && len(assign.Lhs) == 2 {
		handle, _ := assign.Lhs[0].(*ast.Ident)
		err, _ := assign.Lhs[1].(*ast.Ident)
		// Without the error a nil handle is the only sign of a refusal.
		dropped = dropped || handle != nil && err != nil && err.Name == "_"
	}
	if dropped && !p.inTest(call.Expr) {
		p.report(call.Expr, nil, "the task may be refused: the error is dropped")
	}
}

// droppedCause reports Cancel(nil) where the reason is at hand: in the body of
// if err != nil.
func (p *pass) droppedCause(call *index.Call) {
	if len(call.Expr.Args) != 1 || !p.TypesInfo.Types[call.Expr.Args[0]].IsNil() {
		return
	}
	for cur := range call.Cur.Enclosing((*ast.IfStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		stmt, ok := cur.Node().(*ast.IfStmt)
		if !ok {
			return
		}
		if v := p.notNil(stmt.Cond); v != nil && within(stmt.Body, call.Expr.Pos()) {
			p.report(call.Expr.Args[0], nil, "%s is why, but the cause that is given is nil", v.Name())
			return
		}
	}
}

// notNil returns err of a condition err != nil, where err is an error.
func (p *pass) notNil(cond ast.Expr) *types.Var {
	bin, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || bin.Op.String() != "!=" || !p.TypesInfo.Types[bin.Y].IsNil() {
		return nil
	}
	if v := p.Var(bin.X); v != nil && isError(v.Type()) {
		return v
	}
	return nil
}

// droppedGroup reports a group that no other function knows, and that is left
// behind on a path: with tasks, and without being joined.
func (p *pass) droppedGroup(g *index.Group) {
	if g.Main || g.Escapes() {
		return
	}
	owner, ok := index.Func(g.Def)
	if !ok {
		return
	}
	starts, joins := p.callsOf(g)
	if len(starts) == 0 {
		return
	}
	if len(joins) == 0 {
		p.report(g.Def.Node(), nil, "%s is never waited for: what its tasks end with is lost", g.Var.Name())
		return
	}
	if g.Kind == "sync" {
		return
	}
	for _, join := range joins {
		if fn, ok := index.Func(join); !ok || fn != owner || isDeferred(join) {
			return
		}
	}
	p.leftBehind(g, owner, starts, joins)
}

// callsOf returns the calls that give the group a task, and those that wait for it.
func (p *pass) callsOf(g *index.Group) (starts, joins []inspector.Cursor) {
	for _, use := range g.Scope.Uses(g.Var) {
		call := use.Parent()
		if _, ok := call.Node().(*ast.SelectorExpr); ok {
			call = call.Parent()
		}
		expr, ok := call.Node().(*ast.CallExpr)
		switch {
		case !ok:
		case p.isJoin(g, expr):
			joins = append(joins, call)
		case index.GivesTask(p.name(expr)):
			starts = append(starts, call)
		}
	}
	return starts, joins
}

// leftBehind follows the control flow from the start of a task to returns. What
// encloses a Wait but not the start is passed as if it waited: a condition
// there may be the one under which the task was started.
func (p *pass) leftBehind(g *index.Group, owner inspector.Cursor, starts, joins []inspector.Cursor) {
	flow := p.flowOf(owner, index.Body(owner.Node()))
	// What taskgroup's groups are given after their end does not run.
	accepted := map[ast.Node]bool{}
	flow.walk(flow.find(g.Def.Node()), func(n ast.Node) bool {
		accepted[n] = true
		return g.Kind != "taskgroup" || !p.joins(g, n)
	}, nil)
	for _, start := range starts {
		if at := flow.find(start.Node()); len(at) == 0 || !accepted[at[0].block.Nodes[at[0].index]] {
			continue
		}
		if fn, ok := index.Func(start); !ok || fn != owner {
			continue
		}
		var barriers []ast.Node
		for _, join := range joins {
			barriers = append(barriers, barrier(join, start, owner))
		}
		done := false
		flow.walk(flow.find(start.Node()), func(n ast.Node) bool {
			for _, barrier := range barriers {
				if n.Pos() < barrier.End() && barrier.Pos() < n.End() {
					return false
				}
			}
			return true
		}, func(ret *ast.ReturnStmt) {
			if done || ret.Pos() < g.Def.Node().Pos() || p.isEcho(g, ret) {
				return
			}
			done = true
			if ret.Pos() >= owner.Node().End()-1 {
				p.report(start.Node(), nil, "%s is not waited for on every path from here to the end of the function", g.Var.Name())
				return
			}
			p.report(ret, nil, "%s is left here with tasks that nothing waits for", g.Var.Name())
		})
		if done {
			return
		}
	}
}

// isEcho reports whether ret returns the error of the group's context, which
// CauseLost reports.
func (p *pass) isEcho(g *index.Group, ret *ast.ReturnStmt) bool {
	if len(ret.Results) == 0 || g.Ctx == nil {
		return false
	}
	call, ok := ast.Unparen(ret.Results[len(ret.Results)-1]).(*ast.CallExpr)
	return ok && p.name(call) == "context.Context.Err" && p.Var(operand(call)) == g.Ctx
}

// barrier is the outermost statement around join that is not around start.
func barrier(join, start, owner inspector.Cursor) ast.Node {
	node := join.Node()
	for cur := join; cur != owner && !within(cur.Node(), start.Node().Pos()); cur = cur.Parent() {
		if _, ok := cur.Node().(ast.Stmt); ok && cur.ParentEdgeKind() != edge.FuncDecl_Body {
			node = cur.Node()
		}
	}
	return node
}
