package index

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// A Scope is a declared function with all literals inside it: what its
// variables are given, and where they are used.
type Scope struct {
	Cur  inspector.Cursor
	defs map[*types.Var][]Def
	uses map[*types.Var][]inspector.Cursor
}

// A Def is one place where a variable is given a value.
type Def struct {
	Cur   inspector.Cursor // the statement, or the field of a parameter
	RHS   ast.Expr         // nil where the value is not the result of an expression
	Index int              // which result of RHS
}

// Defs returns the places where v is given a value, in order.
func (s *Scope) Defs(v *types.Var) []Def { return s.defs[v] }

// Uses returns the identifiers that mention v other than to give it a value.
func (s *Scope) Uses(v *types.Var) []inspector.Cursor { return s.uses[v] }

// Only returns the one expression that v is ever given, and which of its
// results; nil if there are several, or if its address is taken.
func (s *Scope) Only(v *types.Var) (ast.Expr, int) {
	defs := s.defs[v]
	if len(defs) != 1 || defs[0].RHS == nil {
		return nil, 0
	}
	for _, use := range s.uses[v] {
		if unary, ok := use.Parent().Node().(*ast.UnaryExpr); ok && unary.Op == token.AND {
			return nil, 0
		}
	}
	return defs[0].RHS, defs[0].Index
}

func newScope(info *types.Info, cur inspector.Cursor) *Scope {
	s := &Scope{Cur: cur, defs: map[*types.Var][]Def{}, uses: map[*types.Var][]inspector.Cursor{}}
	lhs := map[*ast.Ident]bool{}
	define := func(e ast.Expr, def Def) {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok {
			return
		}
		v, ok := info.ObjectOf(id).(*types.Var)
		if !ok {
			return
		}
		lhs[id] = true
		s.defs[v] = append(s.defs[v], def)
	}
	for c := range cur.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.RangeStmt)(nil), (*ast.IncDecStmt)(nil), (*ast.FuncType)(nil), (*ast.FuncDecl)(nil)) {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				def := Def{Cur: c, Index: i}
				switch {
				case n.Tok != token.ASSIGN && n.Tok != token.DEFINE:
				case len(n.Rhs) == len(n.Lhs):
					def.RHS, def.Index = n.Rhs[i], 0
				default:
					def.RHS = n.Rhs[0]
				}
				define(l, def)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				def := Def{Cur: c, Index: i}
				switch {
				case len(n.Values) == len(n.Names):
					def.RHS, def.Index = n.Values[i], 0
				case len(n.Values) == 1:
					def.RHS = n.Values[0]
				}
				define(name, def)
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if e != nil {
					define(e, Def{Cur: c})
				}
			}
		case *ast.IncDecStmt:
			define(n.X, Def{Cur: c})
		case *ast.FuncDecl:
			if n.Recv != nil {
				defineFields(c, n.Recv, define)
			}
		case *ast.FuncType:
			defineFields(c, n.Params, define)
			if n.Results != nil {
				defineFields(c, n.Results, define)
			}
		}
	}
	for c := range cur.Preorder((*ast.Ident)(nil)) {
		id := c.Node().(*ast.Ident)
		if v, ok := info.Uses[id].(*types.Var); ok && !v.IsField() && !lhs[id] {
			s.uses[v] = append(s.uses[v], c)
		}
	}
	return s
}

func defineFields(c inspector.Cursor, fields *ast.FieldList, define func(ast.Expr, Def)) {
	for _, field := range fields.List {
		for _, name := range field.Names {
			define(name, Def{Cur: c})
		}
	}
}
