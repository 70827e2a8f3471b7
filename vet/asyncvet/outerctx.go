package asyncvet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// OuterCtx reports tasks that use an outer context although they have a nearer one.
var OuterCtx = newAnalyzer("outerctx", func(p *pass) {
	seen := map[ast.Node]bool{}
	for _, t := range p.Tasks {
		if _, ok := t.Func.(*ast.FuncLit); !ok || seen[t.Func] || !t.HasContext() {
			continue
		}
		seen[t.Func] = true
		if t.Own {
			p.outerOfOwn(t)
		} else {
			p.outerOfErrgroup(t)
		}
	}
})

// outerOfErrgroup looks for the context that the task's group was made from.
func (p *pass) outerOfErrgroup(t *index.Task) {
	g := t.Group
	parent := p.Var(g.Parent)
	if parent == nil || parent == g.Ctx || !index.IsContext(parent.Type()) {
		return
	}
	for _, def := range g.Scope.Defs(parent) {
		if def.Cur.Node().Pos() > g.Def.Node().Pos() {
			return
		}
	}
	if g.Ctx != nil && p.mentions(t, g.Scope, g.Ctx) || !p.anotherFails(g, t) {
		return
	}
	uses := p.outerUses(t, g.Scope, parent)
	if len(uses) == 0 {
		return
	}
	if g.Ctx == nil {
		p.report(uses[0], p.nameContext(g, uses), "%s is used in a task of %s, but the group's own context, which ends when a task fails, is dropped", parent.Name(), g.Var.Name())
		return
	}
	var fix *analysis.SuggestedFix
	if p.visible(g.Ctx, uses[0].Pos()) {
		fix = &analysis.SuggestedFix{Message: "Use " + g.Ctx.Name(), TextEdits: renames(uses, g.Ctx.Name())}
	}
	p.report(uses[0], fix, "%s is used in a task of %s, whose context is %s: the task goes on when another one fails", parent.Name(), g.Var.Name(), g.Ctx.Name())
}

// anotherFails reports whether a task of the group beside t may fail, and with
// that end the group's context: one that is not seen to return nothing but nil.
func (p *pass) anotherFails(g *index.Group, t *index.Task) bool {
	starts, _ := p.callsOf(g)
	for _, start := range starts {
		if start == t.Call.Cur && !p.inLoop(start, g.Def) {
			continue
		}
		known := false
		for _, other := range p.Tasks {
			if other.Call.Cur != start {
				continue
			}
			known = true
			if p.fails(other, other.Body) {
				return true
			}
		}
		if !known {
			return true
		}
	}
	return g.Escapes()
}

// mentions reports whether the task uses v, or what was derived from it.
func (p *pass) mentions(t *index.Task, scope *index.Scope, v *types.Var) bool {
	return slices.ContainsFunc(scope.Uses(v), func(use inspector.Cursor) bool { return within(t.Func, use.Node().Pos()) })
}

// nameContext is the fix that gives the dropped context of a group a name.
func (p *pass) nameContext(g *index.Group, uses []*ast.Ident) *analysis.SuggestedFix {
	const name = "gctx"
	assign, ok := g.Def.Node().(*ast.AssignStmt)
	if !ok || assign.Tok != token.DEFINE || !p.free(name, uses[0].Pos()) {
		return nil
	}
	return &analysis.SuggestedFix{
		Message:   "Use the group's context",
		TextEdits: append(renames(uses, name), replace(g.Ident, name)),
	}
}

// outerOfOwn looks for contexts of the surrounding functions from which the
// task's own one derives.
func (p *pass) outerOfOwn(t *index.Task) {
	scope := p.ScopeOf(t.Cur)
	var captured *types.Var
	var uses []*ast.Ident
	for cur := range t.Cur.Preorder((*ast.Ident)(nil)) {
		v, ok := p.TypesInfo.Uses[cur.Node().(*ast.Ident)].(*types.Var)
		if !ok || v.IsField() || within(t.Func, v.Pos()) || v.Parent() == p.Pkg.Scope() || !index.IsContext(v.Type()) {
			continue
		}
		if captured != nil && v != captured || p.TaskAt(cur) != t || !p.derives(scope, t, v) {
			continue
		}
		if p.countsAsUse(t, cur) {
			captured, uses = v, append(uses, cur.Node().(*ast.Ident))
		}
	}
	if captured == nil {
		return
	}
	p.report(uses[0], p.useOwn(t, captured, uses), "%s is used in a function that is called with a nearer context", captured.Name())
}

// derives reports whether the context that t is called with is known to derive from v.
func (p *pass) derives(scope *index.Scope, t *index.Task, v *types.Var) bool {
	var from []ast.Expr
	switch g := t.Group; {
	case g != nil:
		if v == g.Ctx {
			return true
		}
		from = []ast.Expr{g.Parent}
	case len(t.Call.Expr.Args) > 0 && index.IsContext(p.TypesInfo.TypeOf(t.Call.Expr.Args[0])):
		from = t.Call.Expr.Args[:1]
	default:
		// A group from elsewhere: that it derives from a parameter is a guess,
		// which is good only if the task has no name for its own context.
		return t.Ctx == nil && isParam(scope, v)
	}
	for range 8 {
		next := p.Var(from[0])
		if next == v {
			return true
		}
		var rhs ast.Expr
		if next != nil {
			rhs, _ = scope.Only(next)
		} else {
			rhs = from[0]
		}
		call, ok := rhs.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || !index.IsContext(p.TypesInfo.TypeOf(call.Args[0])) {
			return false
		}
		if p.name(call) == "context.WithoutCancel" {
			return false
		}
		from = call.Args[:1]
	}
	return false
}

func isParam(scope *index.Scope, v *types.Var) bool {
	defs := scope.Defs(v)
	if len(defs) != 1 {
		return false
	}
	_, ok := defs[0].Cur.Node().(*ast.FuncType)
	return ok
}

// outerUses returns the mentions of v in the task that count.
func (p *pass) outerUses(t *index.Task, scope *index.Scope, v *types.Var) []*ast.Ident {
	var uses []*ast.Ident
	for _, cur := range scope.Uses(v) {
		if within(t.Func, cur.Node().Pos()) && p.TaskAt(cur) == t && p.countsAsUse(t, cur) {
			uses = append(uses, cur.Node().(*ast.Ident))
		}
	}
	return uses
}

// countsAsUse reports whether cur hands a context to a call that may wait for
// it, or waits for it itself. A deferred call may have to outlive the group.
func (p *pass) countsAsUse(t *index.Task, cur inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.DeferStmt)(nil), (*ast.FuncLit)(nil)) {
		if c == t.Cur {
			break
		}
		if _, ok := c.Node().(*ast.DeferStmt); ok {
			return false
		}
	}
	if _, waits := cur.Parent().Node().(*ast.SelectorExpr); waits && p.inTest(cur.Node()) {
		return false
	}
	return p.obeys(cur)
}

// useOwn is the fix that names the task's own context, or uses its name.
func (p *pass) useOwn(t *index.Task, captured *types.Var, uses []*ast.Ident) *analysis.SuggestedFix {
	if t.Ctx != nil {
		if slices.ContainsFunc(uses, func(use *ast.Ident) bool { return !p.visible(t.Ctx, use.Pos()) }) {
			return nil
		}
		return &analysis.SuggestedFix{Message: "Use " + t.Ctx.Name(), TextEdits: renames(uses, t.Ctx.Name())}
	}
	// The name takes effect at every mention, so all of them must count.
	for cur := range t.Cur.Preorder((*ast.Ident)(nil)) {
		if id := cur.Node().(*ast.Ident); p.TypesInfo.Uses[id] == captured && p.TaskAt(cur) == t && !slices.Contains(uses, id) {
			return nil
		}
	}
	fix := &analysis.SuggestedFix{Message: "Name the function's own context " + captured.Name()}
	for i, field := range t.Type.Params.List {
		name := captured.Name()
		if i > 0 {
			name = "_"
		}
		switch {
		case len(field.Names) == 0:
			fix.TextEdits = append(fix.TextEdits, analysis.TextEdit{Pos: field.Type.Pos(), End: field.Type.Pos(), NewText: []byte(name + " ")})
		case i == 0:
			fix.TextEdits = append(fix.TextEdits, replace(field.Names[0], name))
		}
	}
	return fix
}

func renames(uses []*ast.Ident, name string) []analysis.TextEdit {
	var edits []analysis.TextEdit
	for _, use := range uses {
		edits = append(edits, replace(use, name))
	}
	return edits
}
