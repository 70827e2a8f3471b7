// Package index finds, in one package, what the analyzers speak about: calls of
// asyncgo and of what it stands beside, the functions that are handed to them,
// and the groups that these belong to.
package index

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer makes the index. It reports nothing.
var Analyzer = &analysis.Analyzer{
	Name:       "asyncindex",
	Doc:        "find the calls, tasks and groups that the analyzers of asyncvet speak about",
	URL:        "https://pkg.go.dev/" + Root + "/vet/asyncvet",
	Requires:   []*analysis.Analyzer{inspect.Analyzer},
	Run:        func(pass *analysis.Pass) (any, error) { return newPackage(pass), nil },
	ResultType: reflect.TypeFor[*Package](),
}

// A Package is the index of one package.
type Package struct {
	Calls  []*Call
	Tasks  []*Task
	Groups []*Group
	Root   inspector.Cursor

	info    *types.Info
	decls   map[*types.Func]inspector.Cursor
	lits    map[ast.Node]*Task
	groups  map[*types.Var]*Group
	imports map[string]bool

	mu     sync.Mutex // the analyzers run at the same time
	scopes map[ast.Node]*Scope
}

// A Call is a call of a function in one of the packages that are known.
type Call struct {
	Cur  inspector.Cursor
	Expr *ast.CallExpr
	Name string // see CalleeName
}

// Stmt returns the statement that is nothing but the call, or nil.
func (c *Call) Stmt() ast.Stmt {
	switch stmt := c.Cur.Parent().Node().(type) {
	case *ast.ExprStmt:
		return stmt
	case *ast.GoStmt:
		return stmt
	case *ast.DeferStmt:
		return stmt
	}
	return nil
}

// Receiver returns the operand of a method call.
func (c *Call) Receiver() ast.Expr {
	if sel, ok := ast.Unparen(c.Expr.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// A Task is a function that is handed to a call that calls it.
type Task struct {
	Call  *Call
	Cur   inspector.Cursor // of Func
	Func  ast.Node         // *ast.FuncLit or *ast.FuncDecl
	Type  *ast.FuncType
	Body  *ast.BlockStmt
	Own   bool       // it is given a context of its own, by its first parameter
	Ctx   *types.Var // that parameter, nil if it has no name
	Group *Group     // the group that it runs in, if that is known
}

// Near returns the context that the task has to obey and can name: its
// parameter, or that of its group. It may be nil.
func (t *Task) Near() *types.Var {
	if t.Own {
		return t.Ctx
	}
	if t.Group != nil {
		return t.Group.Ctx
	}
	return nil
}

// HasContext reports whether the task is called with a context, or belongs to
// a group that has one.
func (t *Task) HasContext() bool {
	return t.Own || t.Group != nil && t.Group.Derived
}

func newPackage(pass *analysis.Pass) *Package {
	p := &Package{
		Root:   pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root(),
		info:   pass.TypesInfo,
		decls:  map[*types.Func]inspector.Cursor{},
		scopes: map[ast.Node]*Scope{},
		lits:   map[ast.Node]*Task{},
		groups: map[*types.Var]*Group{},
	}
	p.imports = map[string]bool{}
	for _, imported := range pass.Pkg.Imports() {
		p.imports[watched[imported.Path()]] = true
	}
	if !p.Imports("taskgroup", "semaphore", "queue", "errgroup", "xsemaphore", "sync") {
		return p
	}
	for cur := range p.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if name := CalleeName(p.info, call); name != "" {
			p.Calls = append(p.Calls, &Call{Cur: cur, Expr: call, Name: name})
		}
	}
	for cur := range p.Root.Preorder((*ast.FuncDecl)(nil)) {
		if fn, ok := p.info.Defs[cur.Node().(*ast.FuncDecl).Name].(*types.Func); ok {
			p.decls[fn] = cur
		}
	}
	p.findGroups()
	for _, call := range p.Calls {
		params, ok := tasks[call.Name]
		if !ok {
			continue
		}
		for _, arg := range params.args(call.Expr) {
			p.addTask(call, params, arg)
		}
	}
	return p
}

// Imports reports whether the package imports one of the packages, by the names
// that begin those of calls.
func (p *Package) Imports(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return p.imports[name] })
}

func (p *Package) addTask(call *Call, params params, arg ast.Expr) {
	argCur, ok := call.Cur.FindNode(arg)
	if !ok {
		return
	}
	for _, cur := range p.functions(argCur, call.Cur) {
		t := &Task{Call: call, Cur: cur, Func: cur.Node(), Group: p.groupOf(call, params)}
		switch fn := t.Func.(type) {
		case *ast.FuncLit:
			t.Type, t.Body = fn.Type, fn.Body
		case *ast.FuncDecl:
			t.Type, t.Body = fn.Type, fn.Body
		}
		if t.Body == nil {
			continue
		}
		if fields := t.Type.Params.List; len(fields) > 0 && IsContext(p.info.TypeOf(fields[0].Type)) {
			t.Own = Ours(call.Name)
			if names := fields[0].Names; t.Own && len(names) > 0 && names[0].Name != "_" {
				t.Ctx, _ = p.info.Defs[names[0]].(*types.Var)
			}
		}
		if _, ok := p.lits[t.Func]; !ok {
			p.lits[t.Func] = t
		}
		p.Tasks = append(p.Tasks, t)
	}
}

// functions returns the functions that an argument stands for: a literal, one
// in a conversion or in the arguments of a helper that returns a function, a
// variable that is only ever a literal, a declared function, a method value.
func (p *Package) functions(arg, call inspector.Cursor) []inspector.Cursor {
	switch e := arg.Node().(type) {
	case *ast.ParenExpr:
		return p.functions(arg.ChildAt(edge.ParenExpr_X, -1), call)
	case *ast.FuncLit:
		return []inspector.Cursor{arg}
	case *ast.CallExpr:
		var fns []inspector.Cursor
		for i := range e.Args {
			if inner := arg.ChildAt(edge.CallExpr_Args, i); sameFunction(p.info.TypeOf(e), p.info.TypeOf(e.Args[i])) {
				fns = append(fns, p.functions(inner, call)...)
			}
		}
		return fns
	case *ast.Ident:
		switch obj := p.info.Uses[e].(type) {
		case *types.Func:
			return p.declared(obj)
		case *types.Var:
			scope := p.ScopeOf(call)
			if scope == nil {
				return nil
			}
			rhs, _ := scope.Only(obj)
			lit, ok := rhs.(*ast.FuncLit)
			if !ok {
				return nil
			}
			if cur, ok := scope.Cur.FindNode(lit); ok {
				return []inspector.Cursor{cur}
			}
		}
	case *ast.SelectorExpr:
		if obj, ok := p.info.Uses[e.Sel].(*types.Func); ok {
			return p.declared(obj)
		}
	case *ast.IndexExpr:
		return p.functions(arg.ChildAt(edge.IndexExpr_X, -1), call)
	case *ast.IndexListExpr:
		return p.functions(arg.ChildAt(edge.IndexListExpr_X, -1), call)
	}
	return nil
}

// sameFunction reports whether a helper that takes a function of type b and
// returns one of type a hands its argument on: the parameters are the same.
func sameFunction(a, b types.Type) bool {
	sa, ok := a.Underlying().(*types.Signature)
	if !ok || b == nil {
		return false
	}
	sb, ok := b.Underlying().(*types.Signature)
	return ok && types.Identical(sa.Params(), sb.Params())
}

func (p *Package) declared(fn *types.Func) []inspector.Cursor {
	if cur, ok := p.decls[fn.Origin()]; ok {
		return []inspector.Cursor{cur}
	}
	return nil
}

// ScopeOf returns the declared function around cur. It is nil outside of one
// and of a literal in the declaration of a variable.
func (p *Package) ScopeOf(cur inspector.Cursor) *Scope {
	var outer inspector.Cursor
	found := false
	for c := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		outer, found = c, true
	}
	if !found {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	scope, ok := p.scopes[outer.Node()]
	if !ok {
		scope = newScope(p.info, outer)
		p.scopes[outer.Node()] = scope
	}
	return scope
}

// Func returns the innermost function around cur, not cur itself.
func Func(cur inspector.Cursor) (inspector.Cursor, bool) {
	for c := range cur.Parent().Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return c, true
	}
	return inspector.Cursor{}, false
}

// Body returns the body of a function.
func Body(fn ast.Node) *ast.BlockStmt {
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		return fn.Body
	case *ast.FuncLit:
		return fn.Body
	}
	return nil
}

// TaskAt returns the innermost task whose function encloses cur.
func (p *Package) TaskAt(cur inspector.Cursor) *Task {
	for c := range cur.Parent().Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		if t, ok := p.lits[c.Node()]; ok {
			return t
		}
	}
	return nil
}

// Var returns the variable that e names: an identifier, its address, what it
// points to, or one of these in parentheses.
func (p *Package) Var(e ast.Expr) *types.Var {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return p.Var(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return p.Var(e.X)
		}
	case *ast.StarExpr:
		return p.Var(e.X)
	case *ast.Ident:
		v, _ := p.info.ObjectOf(e).(*types.Var)
		return v
	}
	return nil
}
