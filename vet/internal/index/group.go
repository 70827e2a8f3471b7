package index

import (
	"cmp"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
)

// A Group is a variable that holds a group and is given one only once.
type Group struct {
	Kind    string // "errgroup", "taskgroup", "sync"
	Var     *types.Var
	Ctx     *types.Var // the context that came with it, nil if that was dropped
	Ident   *ast.Ident // the name of Ctx where it was made, perhaps "_"
	Parent  ast.Expr   // the context it was made from
	Derived bool       // it has a context
	Main    bool       // it is the group of the function that Run was given
	Def     inspector.Cursor
	Scope   *Scope
	Options []ast.Expr // what New or Run was given

	info *types.Info
}

var groupTypes = map[string]string{
	"errgroup.Group":  "errgroup",
	"taskgroup.Group": "taskgroup",
	"sync.WaitGroup":  "sync",
}

// findGroups visits the functions that call a method of a group, and the
// variables in them that hold one.
func (p *Package) findGroups() {
	seen := map[*Scope]bool{}
	for _, call := range p.Calls {
		switch call.Name {
		case "errgroup.Group.Go", "errgroup.Group.TryGo", "errgroup.Group.Wait", "errgroup.WithContext",
			"sync.WaitGroup.Go", "sync.WaitGroup.Wait",
			"taskgroup.New", "taskgroup.Run":
		default:
			continue
		}
		scope := p.ScopeOf(call.Cur)
		if scope == nil || seen[scope] {
			continue
		}
		seen[scope] = true
		for v := range scope.defs {
			kind, ok := groupTypes[Named(v.Type())]
			if ok && len(scope.defs[v]) == 1 {
				if g := p.newGroup(scope, v, kind); g != nil {
					p.Groups = append(p.Groups, g)
					p.groups[v] = g
				}
			}
		}
	}
	slices.SortFunc(p.Groups, func(a, b *Group) int { return cmp.Compare(a.Var.Pos(), b.Var.Pos()) })
}

func (p *Package) newGroup(scope *Scope, v *types.Var, kind string) *Group {
	def := scope.defs[v][0]
	g := &Group{Kind: kind, Var: v, Def: def.Cur, Scope: scope, info: p.info}
	if lit, ok := def.Cur.Parent().Node().(*ast.FuncLit); ok && def.RHS == nil {
		return p.mainGroup(g, def.Cur.Parent(), lit)
	}
	switch rhs := def.RHS.(type) {
	case nil:
		if _, ok := def.Cur.Node().(*ast.ValueSpec); !ok || isPointer(v.Type()) {
			return nil
		}
	case *ast.CompositeLit:
	case *ast.UnaryExpr:
		if _, ok := rhs.X.(*ast.CompositeLit); !ok {
			return nil
		}
	case *ast.CallExpr:
		switch CalleeName(p.info, rhs) {
		case "errgroup.WithContext":
			switch stmt := def.Cur.Node().(type) {
			case *ast.AssignStmt:
				g.Ident, _ = stmt.Lhs[1].(*ast.Ident)
			case *ast.ValueSpec:
				g.Ident = stmt.Names[1]
			}
			if g.Ident == nil {
				return nil
			}
			if g.Ident.Name != "_" {
				g.Ctx, _ = p.info.ObjectOf(g.Ident).(*types.Var)
			}
			g.Parent, g.Derived = rhs.Args[0], true
		case "taskgroup.New":
			g.Parent, g.Derived, g.Options = rhs.Args[0], true, rhs.Args[1:]
			g.Ctx = p.contextOf(g)
		default:
			if fun, ok := rhs.Fun.(*ast.Ident); !ok || fun.Name != "new" {
				return nil
			}
		}
	default:
		return nil
	}
	return g
}

// mainGroup is the group in the parameters of the function that Run was given.
func (p *Package) mainGroup(g *Group, cur inspector.Cursor, lit *ast.FuncLit) *Group {
	call, ok := cur.Parent().Node().(*ast.CallExpr)
	if !ok || CalleeName(p.info, call) != "taskgroup.Run" || len(call.Args) < 2 || call.Args[1] != lit {
		return nil
	}
	g.Parent, g.Derived, g.Main, g.Options = call.Args[0], true, true, call.Args[2:]
	if names := lit.Type.Params.List[0].Names; len(names) > 0 && names[0].Name != "_" {
		g.Ident = names[0]
		g.Ctx, _ = p.info.Defs[names[0]].(*types.Var)
	}
	return g
}

// contextOf is the variable that holds the result of the group's Context.
func (p *Package) contextOf(g *Group) *types.Var {
	for v, defs := range g.Scope.defs {
		if len(defs) != 1 || !IsContext(v.Type()) {
			continue
		}
		call, ok := defs[0].RHS.(*ast.CallExpr)
		if !ok || CalleeName(p.info, call) != "taskgroup.Group.Context" {
			continue
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && p.Var(sel.X) == g.Var {
			return v
		}
	}
	return nil
}

// Escapes reports whether the group is used other than by its methods, so that
// what happens to it cannot be seen.
func (g *Group) Escapes() bool {
	for _, use := range g.Scope.uses[g.Var] {
		switch parent := use.Parent().Node().(type) {
		case *ast.SelectorExpr:
			if call, ok := use.Parent().Parent().Node().(*ast.CallExpr); ok && call.Fun == parent {
				continue
			}
		case *ast.CallExpr:
			if params, ok := tasks[CalleeName(g.info, parent)]; ok && params.group >= 0 {
				continue
			}
		}
		return true
	}
	return false
}

// Group returns the group that e names, if it is known.
func (p *Package) Group(e ast.Expr) *Group {
	v := p.Var(e)
	if v == nil {
		return nil
	}
	return p.groups[v]
}

func (p *Package) groupOf(call *Call, params params) *Group {
	switch {
	case params.group >= 0:
		return p.Group(call.Expr.Args[params.group])
	case params.ctx < 0:
		if recv := call.Receiver(); recv != nil {
			return p.Group(recv)
		}
	}
	return nil
}
