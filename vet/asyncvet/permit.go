package asyncvet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"example.com/asyncgo/vet/internal/index"
)

// Permit reports permits that are lost, and releases of what is not held.
var Permit = newAnalyzer("permit", func(p *pass) {
	p.exportReleases()
	for _, call := range p.Calls {
		if release, ok := acquires[call.Name]; ok {
			a := &acquisition{call: call, sem: text(call.Receiver()), release: release}
			p.releasedTooSoon(a)
			p.notReleased(a)
			p.refusedRelease(a)
		}
		switch call.Name {
		case "semaphore.Semaphore.Do", "semaphore.Use":
			p.blockingInDo(call)
		}
	}
}, new(releasesFact))

// acquires has, for each call that acquires, the names of those that release.
var acquires = map[string][]string{
	"semaphore.Semaphore.Acquire":  {"semaphore.Semaphore.Release", "semaphore.Semaphore.ReleaseN"},
	"semaphore.Semaphore.AcquireN": {"semaphore.Semaphore.Release", "semaphore.Semaphore.ReleaseN"},
	"semaphore.Keyed.Acquire":      {"semaphore.Keyed.Release"},
	"semaphore.Lock.Lock":          {"semaphore.Lock.Unlock"},
	"semaphore.RWLock.Lock":        {"semaphore.RWLock.Unlock"},
	"semaphore.RWLock.RLock":       {"semaphore.RWLock.RUnlock"},
	"xsemaphore.Weighted.Acquire":  {"xsemaphore.Weighted.Release"},
}

// releasesFact is that a function releases a permit that it did not acquire.
type releasesFact struct{}

func (*releasesFact) AFact()         {}
func (*releasesFact) String() string { return "releases" }

type acquisition struct {
	call    *index.Call
	sem     string // the expression that names the semaphore
	release []string
}

// exportReleases gives each declared function that mentions a release the fact.
func (p *pass) exportReleases() {
	for _, call := range p.Calls {
		if !isRelease(call.Name) {
			continue
		}
		for cur := range call.Cur.Enclosing((*ast.FuncDecl)(nil)) {
			if obj, ok := p.TypesInfo.Defs[cur.Node().(*ast.FuncDecl).Name].(*types.Func); ok {
				p.ExportObjectFact(obj, new(releasesFact))
			}
		}
	}
}

func isRelease(name string) bool {
	for _, names := range acquires {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// releases reports whether n calls, defers or mentions a release of what a
// acquires, in a literal or not, or calls what may do it.
func (p *pass) releases(a *acquisition, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if fn, ok := p.TypesInfo.Uses[n.Sel].(*types.Func); ok && slices.Contains(a.release, index.FuncName(fn)) && text(n.X) == a.sem {
				found = true
			}
		case *ast.CallExpr:
			if fn, ok := typeutil.Callee(p.TypesInfo, n).(*types.Func); ok && p.ImportObjectFact(fn.Origin(), new(releasesFact)) {
				found = true
			}
			for _, arg := range n.Args {
				if e := text(ast.Unparen(arg)); e == a.sem || e == "&"+a.sem {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// statement returns the statement of a list that the call is in, the list, and
// its index: an assignment, an if, or the call alone.
func statement(cur inspector.Cursor) (list []ast.Stmt, i int) {
	for c := cur; c.Node() != nil; c = c.Parent() {
		stmt, ok := c.Node().(ast.Stmt)
		if !ok {
			if _, ok := c.Node().(*ast.FuncLit); ok {
				return nil, 0
			}
			continue
		}
		switch parent := c.Parent().Node().(type) {
		case *ast.BlockStmt:
			list = parent.List
		case *ast.CaseClause:
			list = parent.Body
		case *ast.CommClause:
			list = parent.Body
		case *ast.IfStmt:
			continue // the init of an if
		default:
			return nil, 0
		}
		return list, slices.Index(list, stmt)
	}
	return nil, 0
}

// errorOf returns the variable that the error of the acquisition is given to,
// and whether the error is dropped.
func (p *pass) errorOf(a *acquisition) (v *types.Var, dropped bool) {
	switch parent := a.call.Cur.Parent().Node().(type) {
	case *ast.ExprStmt:
		return nil, true
	case *ast.AssignStmt:
		id, ok := parent.Lhs[0].(*ast.Ident)
		if !ok {
			return nil, false
		}
		if id.Name == "_" {
			return nil, true
		}
		return p.Var(id), false
	}
	return nil, false
}

// releasedTooSoon reports a release that also happens when Acquire has failed.
func (p *pass) releasedTooSoon(a *acquisition) {
	list, i := statement(a.call.Cur)
	if i < 0 || list == nil || neverFails(p, a.call.Cur, a.call.Expr) {
		return
	}
	method := text(a.call.Expr.Fun)
	err, dropped := p.errorOf(a)
	if stmt, ok := list[i].(*ast.IfStmt); ok {
		if v := p.notNil(stmt.Cond); v != nil && v == err {
			p.releasedInBranch(a, stmt.Body)
		}
	} else if err != nil || dropped {
		for _, next := range list[i+1:] {
			if def, ok := next.(*ast.DeferStmt); ok && p.releases(a, def.Call) && !p.mentionsVar(def, err) {
				if dropped {
					p.report(a.call.Expr, nil, "the error of %s is dropped, and what it may not have acquired is released", method)
				} else {
					p.report(def, nil, "the release is deferred before the error of %s is looked at", method)
				}
				return
			}
			if err != nil && p.mentionsVar(next, err) {
				if stmt, ok := next.(*ast.IfStmt); ok && p.notNil(stmt.Cond) == err {
					p.releasedInBranch(a, stmt.Body)
				}
				break
			}
		}
	}
	for _, before := range list[:i] {
		def, ok := before.(*ast.DeferStmt)
		if !ok || !p.isCallOf(def.Call, a) {
			continue
		}
		held := false
		for _, between := range list[:i] {
			held = held || between.Pos() < def.Pos() && mentions(between, "Acquire", "AcquireN", "TryAcquire", "TryAcquireN", "Lock", "RLock", "TryLock", "TryRLock")
			// Released and acquired again: the deferred one belongs to both.
			held = held || between.Pos() > def.Pos() && p.releases(a, between)
		}
		if !held {
			p.report(def, nil, "the release is deferred before %s is called: it also happens if that fails", method)
		}
	}
}

// neverFails reports whether the context of a call is one that is never done.
func neverFails(p *pass, cur inspector.Cursor, call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	arg := ast.Unparen(call.Args[0])
	if v, scope := p.Var(arg), p.ScopeOf(cur); v != nil && scope != nil {
		arg, _ = scope.Only(v)
	}
	inner, ok := arg.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch p.name(inner) {
	case "context.Background", "context.TODO", "context.WithoutCancel":
		return true
	}
	return false
}

// releasedInBranch reports a release in the branch of a failed acquisition.
func (p *pass) releasedInBranch(a *acquisition, body *ast.BlockStmt) {
	for _, stmt := range body.List {
		if expr, ok := stmt.(*ast.ExprStmt); ok && p.isCallOf(expr.X, a) {
			p.report(expr, nil, "%s has failed here: there is nothing to release", text(a.call.Expr.Fun))
		}
	}
}

// isCallOf reports whether e is a call that releases what a acquires.
func (p *pass) isCallOf(e ast.Expr, a *acquisition) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !slices.Contains(a.release, p.name(call)) {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	return ok && text(sel.X) == a.sem
}

func (p *pass) mentionsVar(n ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && v != nil && p.TypesInfo.ObjectOf(id) == v {
			found = true
		}
		return !found
	})
	return found
}

// notReleased follows the control flow from a successful acquisition to returns
// of a failure. What returns without one may hand the permit to its caller.
func (p *pass) notReleased(a *acquisition) {
	fn, ok := index.Func(a.call.Cur)
	if !ok {
		return
	}
	typ := funcType(fn.Node())
	if v := p.root(a.call.Receiver()); v == nil || p.isLocal(fn, v) {
		return // nothing is left of a local semaphore that could be short of it
	}
	if !p.releases(a, index.Body(fn.Node())) {
		return
	}
	list, i := statement(a.call.Cur)
	if list == nil || i < 0 {
		return
	}
	check, ok := list[i].(*ast.IfStmt)
	if !ok && i+1 < len(list) {
		check, ok = list[i+1].(*ast.IfStmt)
	}
	if !ok {
		return
	}
	bin, ok := ast.Unparen(check.Cond).(*ast.BinaryExpr)
	if !ok || bin.Op != token.NEQ || !p.TypesInfo.Types[bin.Y].IsNil() {
		return
	}
	err, _ := p.errorOf(a)
	if err == nil && !within(check.Cond, a.call.Expr.Pos()) || err != nil && p.Var(bin.X) != err {
		return
	}
	for cur := range fn.Preorder((*ast.FuncLit)(nil)) {
		if cur != fn && cur.Node().Pos() < a.call.Expr.Pos() && p.releases(a, cur.Node()) {
			return // a literal that may be called anywhere
		}
	}
	flow := p.flowOf(fn, index.Body(fn.Node()))
	var from []place
	for _, at := range flow.find(check.Cond) {
		if len(at.block.Succs) == 2 && at.index == len(at.block.Nodes)-1 {
			from = append(from, place{at.block.Succs[1], -1})
		}
	}
	flow.walk(from, func(n ast.Node) bool { return !p.releases(a, n) }, func(ret *ast.ReturnStmt) {
		if typ.Results == nil || p.returnsFailure(typ, ret) && p.guarded(fn, ret) {
			if ret.Pos() < fn.Node().End()-1 {
				p.report(ret, nil, "what %s acquired is not released on this path", text(a.call.Expr.Fun))
			}
		}
	})
}

func funcType(fn ast.Node) *ast.FuncType {
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		return fn.Type
	case *ast.FuncLit:
		return fn.Type
	}
	return nil
}

// isLocal reports whether v is declared in the body of fn or of what is around it.
func (p *pass) isLocal(fn inspector.Cursor, v *types.Var) bool {
	scope := p.ScopeOf(fn)
	return scope != nil && within(index.Body(scope.Cur.Node()), v.Pos()) && !isParam(scope, v)
}

// guarded reports whether a return stands in the body of an if err != nil, for
// the error that it returns, or returns an error that it makes.
func (p *pass) guarded(fn inspector.Cursor, ret *ast.ReturnStmt) bool {
	last := ast.Unparen(ret.Results[len(ret.Results)-1])
	if call, ok := last.(*ast.CallExpr); ok {
		if fn, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func); ok && fn.Pkg() != nil {
			switch fn.Pkg().Path() + "." + fn.Name() {
			case "errors.New", "fmt.Errorf":
				return true
			}
		}
		return false
	}
	cur, ok := fn.FindNode(ret)
	if !ok {
		return false
	}
	for c := range cur.Enclosing((*ast.IfStmt)(nil)) {
		stmt := c.Node().(*ast.IfStmt)
		if v := p.notNil(stmt.Cond); v != nil && within(stmt.Body, ret.Pos()) && p.mentionsVar(last, v) {
			return true
		}
	}
	return false
}

// refusedRelease reports a task that may be refused and is the one that
// releases: nothing does if the answer is dropped.
func (p *pass) refusedRelease(a *acquisition) {
	list, i := statement(a.call.Cur)
	if list == nil || i < 0 {
		return
	}
	for _, stmt := range list[i+1:] {
		expr, ok := stmt.(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := expr.X.(*ast.CallExpr)
		if !ok {
			continue
		}
		switch name := p.name(call); name {
		case "taskgroup.Group.Go", "taskgroup.Group.TryGo", "taskgroup.Group.Submit", "taskgroup.TryTask", "taskgroup.SubmitTask", "errgroup.Group.TryGo":
			for _, arg := range call.Args {
				if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok && p.releases(a, lit.Body) {
					p.report(call, nil, "the task that releases what %s acquired may be refused: release it then", text(a.call.Expr.Fun))
				}
			}
		}
	}
}

// blockingInDo reports Blocking in a function that holds a permit for its own
// time only.
func (p *pass) blockingInDo(do *index.Call) {
	for _, inner := range p.Calls {
		if inner.Name != "taskgroup.Blocking" || !within(do.Expr, inner.Expr.Pos()) {
			continue
		}
		t := p.TaskAt(inner.Cur)
		if t == nil || t.Call != do {
			continue
		}
		p.report(inner.Expr, nil, "the permit is free again when Blocking gives up, and the call goes on: use taskgroup.BlockingIn")
	}
}
