package asyncvet

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// CtxAfterWait reports uses of a group's context after the group was waited
// for, and results that depend on the context of a task that has returned.
var CtxAfterWait = newAnalyzer("ctxafterwait", func(p *pass) {
	for _, g := range p.Groups {
		if !p.inTest(g.Def.Node()) { // a test that it matters to fails by itself
			p.usesAfterWait(g)
		}
	}
	for _, t := range p.Tasks {
		p.deadResult(t)
	}
})

// usesAfterWait follows the control flow from each Wait in the function that
// made the group, as long as the variable still holds the group's context. It
// reports the first use: the others are mended with it.
func (p *pass) usesAfterWait(g *index.Group) {
	o := p.ownerOf(g)
	if o == nil || !p.callsOn(g, "Wait", "Shutdown") {
		return
	}
	// Only a Wait that is reached while the variable holds the context ends it.
	var joins []place
	o.flow.walk(o.begin, func(n ast.Node) bool {
		if p.joins(g, n) {
			joins = append(joins, o.flow.find(n)...)
		}
		return !p.assigns(g.Ctx, n)
	}, nil)
	var first ast.Node
	message := ""
	o.flow.walk(joins, func(n ast.Node) bool {
		if use, what := p.deadUse(g, n); use != nil && (first == nil || use.Pos() < first.Pos()) {
			first, message = use, what
		}
		return !p.assigns(g.Ctx, n) && !p.assigns(g.Var, n)
	}, nil)
	if first != nil {
		p.report(first, nil, "%s", message)
	}
}

// An owner is the function that made a group.
type owner struct {
	cur   inspector.Cursor
	body  *ast.BlockStmt
	flow  *flow
	begin []place // where the group is made
}

// ownerOf returns the function that made the group, or nil if the group has no
// context that a name is given to only there.
func (p *pass) ownerOf(g *index.Group) *owner {
	if !g.Derived || g.Ctx == nil && g.Kind != "taskgroup" {
		return nil
	}
	o := new(owner)
	if g.Main {
		o.cur = g.Def.Parent()
	} else {
		fn, ok := index.Func(g.Def)
		if !ok {
			return nil
		}
		o.cur = fn
	}
	made := g.Def.Node()
	for _, def := range g.Scope.Defs(g.Ctx) {
		if g.Kind == "taskgroup" {
			made = def.Cur.Node() // where Context was called
		}
		if fn, ok := index.Func(def.Cur); ok && fn != o.cur && within(o.cur.Node(), def.Cur.Node().Pos()) {
			return nil // a literal gives the variable something else, at some time
		}
	}
	o.body = index.Body(o.cur.Node())
	o.flow = p.flowOf(o.cur, o.body)
	if g.Main {
		o.begin = o.flow.entry()
	} else {
		o.begin = o.flow.find(made)
	}
	return o
}

// callsOn reports whether the function around the group calls one of the
// methods on it.
func (p *pass) callsOn(g *index.Group, methods ...string) bool {
	for _, use := range g.Scope.Uses(g.Var) {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && slices.Contains(methods, sel.Sel.Name) {
			return true
		}
	}
	return false
}

// joins reports whether a node of the control flow waits for the group.
func (p *pass) joins(g *index.Group, n ast.Node) bool {
	found := false
	inspectNow(n, func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok && p.isJoin(g, call) {
			found = true
		}
	})
	return found
}

func (p *pass) isJoin(g *index.Group, call *ast.CallExpr) bool {
	switch p.name(call) {
	case "errgroup.Group.Wait", "taskgroup.Group.Wait", "taskgroup.Group.Shutdown", "sync.WaitGroup.Wait":
		return p.Var(operand(call)) == g.Var
	}
	return false
}

// inspectNow visits what is evaluated when n is: not the bodies of literals,
// nor the calls of go and defer.
func inspectNow(n ast.Node, visit func(ast.Node)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return false
		case *ast.FuncLit:
			return false
		case *ast.GoStmt:
			for _, arg := range n.Call.Args {
				inspectNow(arg, visit)
			}
			return false
		case *ast.DeferStmt:
			for _, arg := range n.Call.Args {
				inspectNow(arg, visit)
			}
			return false
		}
		visit(n)
		return true
	})
}

// assigns reports whether a node of the control flow gives v a value.
func (p *pass) assigns(v *types.Var, n ast.Node) bool {
	if v == nil {
		return false
	}
	found := false
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && p.TypesInfo.ObjectOf(id) == v
	}
	switch n := n.(type) {
	case ast.Expr: // the variable of a range loop
		return is(n)
	case *ast.AssignStmt:
		for _, l := range n.Lhs {
			found = found || is(l)
		}
	case *ast.ValueSpec:
		for _, name := range n.Names {
			found = found || is(name)
		}
	case *ast.DeclStmt:
		for _, spec := range n.Decl.(*ast.GenDecl).Specs {
			found = found || p.assigns(v, spec)
		}
	}
	return found
}

// deadUse returns the first use in n of the context of a group that was waited
// for before, and what is wrong with it.
func (p *pass) deadUse(g *index.Group, n ast.Node) (ast.Node, string) {
	for _, use := range g.Scope.Uses(g.Var) {
		call := use.Parent().Parent()
		if within(n, use.Node().Pos()) && p.name1(call) == "taskgroup.Group.Context" && p.obeys(call) {
			return call.Node(), fmt.Sprintf("the context of %s is done after %s was waited for", g.Var.Name(), g.Var.Name())
		}
	}
	for _, use := range g.Scope.Uses(g.Ctx) {
		if !within(n, use.Node().Pos()) {
			continue
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if ok && sel.Sel.Name == "Err" && p.name1(use.Parent().Parent()) == "context.Context.Err" {
			return use.Node(), fmt.Sprintf("%s is done after %s was waited for: its Err is never nil here", g.Ctx.Name(), g.Var.Name())
		}
		if p.obeys(use) {
			return use.Node(), fmt.Sprintf("%s is done after %s was waited for", g.Ctx.Name(), g.Var.Name())
		}
	}
	return nil, ""
}

// name1 is name of a cursor that may be at a call.
func (p *pass) name1(cur inspector.Cursor) string {
	if call, ok := cur.Node().(*ast.CallExpr); ok {
		return p.name(call)
	}
	return ""
}

// resultTypes are those of values that depend on the context they were made with.
var resultTypes = map[string]string{
	"http.Response": "its body cannot be read",
	"sql.Rows":      "they are closed",
	"sql.Row":       "it cannot be scanned",
	"sql.Tx":        "it is rolled back",
}

// deadResult reports a task that returns what it made with its own context, or
// gives it to a variable of the surrounding function.
func (p *pass) deadResult(t *index.Task) {
	near := t.Near()
	if near == nil || t.Call.Name == "taskgroup.Run" {
		return
	}
	scope := p.ScopeOf(t.Cur)
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		call, ok := cur.Node().(*ast.CallExpr)
		if !ok {
			return
		}
		if p.name(call) == "exec.CommandContext" && p.Var(call.Args[0]) == near {
			p.startedCommand(scope, t, near, cur)
			return
		}
		what, why := p.madeWith(scope, near, call)
		if what == "" {
			return
		}
		switch parent := cur.Parent().Node().(type) {
		case *ast.ReturnStmt:
			if t.Own {
				p.report(call, nil, "%s made with %s leaves the function that %s ends with: %s", what, near.Name(), near.Name(), why)
			}
		case *ast.AssignStmt:
			if cur.ParentEdgeKind() != edge.AssignStmt_Rhs || len(parent.Rhs) != 1 {
				return
			}
			v := p.Var(parent.Lhs[0])
			if v == nil {
				return
			}
			if !within(t.Func, v.Pos()) {
				if p.usedAfter(scope, t, v) {
					p.report(call, nil, "%s made with %s is used after the end of the task and of %s: %s", what, near.Name(), near.Name(), why)
				}
				return
			}
			if t.Own && p.returned(scope, t, v) {
				p.report(call, nil, "%s made with %s leaves the function that %s ends with: %s", what, near.Name(), near.Name(), why)
			}
		}
	})
}

// madeWith says what call makes that depends on near, and what becomes of it.
func (p *pass) madeWith(scope *index.Scope, near *types.Var, call *ast.CallExpr) (what, why string) {
	name := p.name(call)
	switch name {
	case "http.Client.Do":
		if len(call.Args) == 1 && p.requestWith(scope, near, call.Args[0]) {
			return "an *http.Response", resultTypes["http.Response"]
		}
		return "", ""
	case "sql.DB.BeginTx", "sql.Conn.BeginTx", "sql.DB.QueryContext", "sql.Conn.QueryContext", "sql.Tx.QueryContext", "sql.Stmt.QueryContext",
		"sql.DB.QueryRowContext", "sql.Conn.QueryRowContext", "sql.Tx.QueryRowContext", "sql.Stmt.QueryRowContext":
		if len(call.Args) == 0 || p.Var(call.Args[0]) != near {
			return "", ""
		}
		result := p.TypesInfo.TypeOf(call)
		if tuple, ok := result.(*types.Tuple); ok {
			result = tuple.At(0).Type()
		}
		made := index.Named(result)
		return "a *" + made, resultTypes[made]
	}
	return "", ""
}

// startedCommand reports a command that the task starts and does not wait for:
// it is killed when the task returns.
func (p *pass) startedCommand(scope *index.Scope, t *index.Task, near *types.Var, cur inspector.Cursor) {
	assign, ok := cur.Parent().Node().(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 {
		return
	}
	cmd := p.Var(assign.Lhs[0])
	if cmd == nil || !t.Own && within(t.Func, cmd.Pos()) {
		return
	}
	started := false
	for _, use := range scope.Uses(cmd) {
		if !within(t.Func, use.Node().Pos()) {
			continue
		}
		switch p.name1(use.Parent().Parent()) {
		case "exec.Cmd.Start":
			started = true
		case "exec.Cmd.Wait", "exec.Cmd.Run", "exec.Cmd.Output", "exec.Cmd.CombinedOutput":
			return
		default:
			if _, ok := use.Parent().Node().(*ast.SelectorExpr); !ok {
				if _, ok := use.Parent().Node().(*ast.ReturnStmt); !ok {
					return // something else may wait for it
				}
			}
		}
	}
	if started {
		p.report(cur.Node(), nil, "a command made with %s is started and not waited for in the function that %s ends with: it is killed", near.Name(), near.Name())
	}
}

// requestWith reports whether a request was made with near.
func (p *pass) requestWith(scope *index.Scope, near *types.Var, e ast.Expr) bool {
	if v := p.Var(e); v != nil {
		for _, def := range scope.Defs(v) {
			call, ok := def.RHS.(*ast.CallExpr)
			if !ok {
				return false
			}
			e = call
		}
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	switch p.name(call) {
	case "http.NewRequestWithContext", "http.Request.WithContext", "http.Request.Clone":
		return p.Var(call.Args[0]) == near
	}
	return false
}

// returned reports whether the task returns v itself.
func (p *pass) returned(scope *index.Scope, t *index.Task, v *types.Var) bool {
	for _, use := range scope.Uses(v) {
		if _, ok := use.Parent().Node().(*ast.ReturnStmt); !ok {
			continue
		}
		if fn, ok := index.Func(use); ok && fn == t.Cur {
			return true
		}
	}
	return false
}

// usedAfter reports whether v is mentioned behind the call that the task was
// given to, outside of any task.
func (p *pass) usedAfter(scope *index.Scope, t *index.Task, v *types.Var) bool {
	for _, use := range scope.Uses(v) {
		if use.Node().Pos() > t.Call.Expr.End() && p.TaskAt(use) == p.TaskAt(t.Call.Cur) {
			return true
		}
	}
	return false
}
