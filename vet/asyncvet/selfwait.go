package asyncvet

import (
	"go/ast"
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// SelfWait reports tasks that wait for their own end.
var SelfWait = newAnalyzer("selfwait", func(p *pass) {
	done := map[ast.Node]bool{}
	for _, t := range p.Tasks {
		if t.Group == nil || done[t.Func] || t.Call.Name == "taskgroup.Run" {
			continue
		}
		done[t.Func] = true
		p.waitsForOwnGroup(t)
		p.startsInFullGroup(t)
	}
	for _, call := range p.Calls {
		if call.Name == "queue.Queue.Put" {
			p.putsIntoOwn(call)
		}
	}
})

// waitsForOwnGroup reports a join in a task of the group, also a deferred one,
// but not one in a goroutine that the task starts.
func (p *pass) waitsForOwnGroup(t *index.Task) {
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		call, ok := cur.Node().(*ast.CallExpr)
		if !ok || !p.isJoin(t.Group, call) {
			return
		}
		if _, ok := cur.Parent().Node().(*ast.GoStmt); ok {
			return
		}
		p.report(call, nil, "%s waits for the task that calls it", text(call.Fun))
	})
}

// startsInFullGroup reports a task of a limited group that starts a task there
// and waits for it, or, with errgroup, for its start.
func (p *pass) startsInFullGroup(t *index.Task) {
	g := t.Group
	switch g.Kind {
	case "errgroup":
		if !p.limited(g) {
			return
		}
		sameFunc(t.Cur, func(cur inspector.Cursor) {
			call, ok := cur.Node().(*ast.CallExpr)
			if !ok || p.name(call) != "errgroup.Group.Go" || isDeferred(cur) {
				return
			}
			if p.Var(operand(call)) == g.Var {
				p.report(call, nil, "%s has a limit: when all its tasks are here, none ends, and Go waits for ever", g.Var.Name())
			}
		})
	case "taskgroup":
		if !p.limitedOption(g) {
			return
		}
		scope := p.ScopeOf(t.Cur)
		sameFunc(t.Cur, func(cur inspector.Cursor) {
			call, ok := cur.Node().(*ast.CallExpr)
			if !ok || p.name(call) != "taskgroup.Go" || p.Var(call.Args[0]) != g.Var {
				return
			}
			assign, ok := cur.Parent().Node().(*ast.AssignStmt)
			if !ok || len(assign.Lhs) != 1 {
				return
			}
			if v := p.Var(assign.Lhs[0]); v != nil && p.waitedIn(scope, t, v) {
				p.report(call, nil, "%s has a limit and no backlog: when all its tasks are here, none ends, and this one is never started", g.Var.Name())
			}
		})
	}
}

// waitedIn reports whether the task waits for the handle v.
func (p *pass) waitedIn(scope *index.Scope, t *index.Task, v *types.Var) bool {
	for _, use := range scope.Uses(v) {
		if fn, ok := index.Func(use); !ok || fn != t.Cur {
			continue
		}
		switch p.name1(use.Parent().Parent()) {
		case "taskgroup.Task.Wait", "taskgroup.Task.WaitOrCancel":
			return true
		}
	}
	return false
}

// limited reports whether the errgroup is given a limit: not a negative one.
func (p *pass) limited(g *index.Group) bool {
	for _, use := range g.Scope.Uses(g.Var) {
		call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
		if !ok || p.name1(use.Parent().Parent()) != "errgroup.Group.SetLimit" {
			continue
		}
		if value := p.TypesInfo.Types[call.Args[0]].Value; value == nil || constant.Sign(value) >= 0 {
			return true
		}
	}
	return false
}

// limitedOption reports whether the group is made with a limit and no backlog.
func (p *pass) limitedOption(g *index.Group) bool {
	limit := false
	for _, option := range g.Options {
		call, ok := ast.Unparen(option).(*ast.CallExpr)
		if !ok {
			return false
		}
		switch p.name(call) {
		case "taskgroup.WithLimit":
			value := p.TypesInfo.Types[call.Args[0]].Value
			limit = value == nil || constant.Sign(value) >= 0
		case "taskgroup.WithBacklog":
			return false
		}
	}
	return limit
}

// putsIntoOwn reports a Put into a bounded queue in the body of a loop that
// takes the items out of it.
func (p *pass) putsIntoOwn(put *index.Call) {
	q := p.Var(put.Receiver())
	if q == nil || !p.boundedQueue(put, q) {
		return
	}
	for c := range put.Cur.Enclosing((*ast.RangeStmt)(nil), (*ast.ForStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		switch loop := c.Node().(type) {
		case *ast.RangeStmt:
			if call, ok := loop.X.(*ast.CallExpr); ok && within(loop.Body, put.Expr.Pos()) {
				switch p.name(call) {
				case "queue.Queue.Items", "queue.Queue.All":
					if p.Var(operand(call)) == q && p.onlyConsumer(put, q, loop) {
						p.report(put.Expr, nil, "this Put waits for room in %s that only this loop makes", q.Name())
						return
					}
				}
			}
		case *ast.ForStmt:
			gets := false
			sameFunc(c, func(cur inspector.Cursor) {
				if call, ok := cur.Node().(*ast.CallExpr); ok && p.name(call) == "queue.Queue.Get" && p.Var(operand(call)) == q {
					gets = true
				}
			})
			if gets && p.onlyConsumer(put, q, loop) {
				p.report(put.Expr, nil, "this Put waits for room in %s that only this loop makes", q.Name())
				return
			}
		default:
			return
		}
	}
}

// onlyConsumer reports whether nothing outside of the loop takes items out of q,
// and q is known to nothing else.
func (p *pass) onlyConsumer(put *index.Call, q *types.Var, loop ast.Node) bool {
	for _, use := range p.ScopeOf(put.Cur).Uses(q) {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			return false
		}
		switch sel.Sel.Name {
		case "Get", "GetBatch", "GetBatchWithin", "TryGet", "Items", "All":
			if !within(loop, use.Node().Pos()) {
				return false
			}
		}
	}
	return true
}

// boundedQueue reports whether q is made with a bound in the same function.
func (p *pass) boundedQueue(call *index.Call, q *types.Var) bool {
	scope := p.ScopeOf(call.Cur)
	if scope == nil {
		return false
	}
	rhs, _ := scope.Only(q)
	made, ok := rhs.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch p.name(made) {
	case "queue.New", "queue.NewLIFO", "queue.NewPriority":
		value := p.TypesInfo.Types[made.Args[0]].Value
		return value != nil && constant.Sign(value) > 0
	}
	return false
}
