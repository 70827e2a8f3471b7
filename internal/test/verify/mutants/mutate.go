package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A mutant is one small change of the source.
type mutant struct {
	number int // 1 and more
	where  token.Position
	what   string
}

func (m mutant) String() string { return m.place() + ": " + m.what }

func (m mutant) place() string {
	return fmt.Sprintf("%s:%d", filepath.Base(m.where.Filename), m.where.Line)
}

// A mutator writes all mutants of a package into its source, each behind a test
// of its number, so that one binary holds them all. Nothing is evaluated more
// often than before, and all lines keep their numbers.
type mutator struct {
	fset    *token.FileSet
	info    *types.Info
	mutants []mutant
	edits   []edit // of the file in hand
}

// An edit puts text where cut bytes were.
type edit struct {
	at, cut int
	text    string
	closing bool
}

// mutate returns the mutants of a package and its files with all of them inside.
func mutate(p *packages.Package) ([]mutant, map[string][]byte, error) {
	m := &mutator{fset: p.Fset, info: p.TypesInfo}
	files := make(map[string][]byte)
	for _, file := range p.Syntax {
		name := p.Fset.Position(file.Package).Filename
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		m.edits = nil
		ast.Inspect(file, m.visit)
		files[name] = m.apply(source)
	}
	return m.mutants, files, nil
}

// visit sees what is outside before what is inside, as apply relies on.
func (m *mutator) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.BlockStmt:
		m.statements(n.List)
	case *ast.CaseClause:
		m.statements(n.Body)
	case *ast.CommClause:
		m.statements(n.Body)
	case *ast.IfStmt:
		m.condition(n.Cond)
	case *ast.ForStmt:
		m.condition(n.Cond)
	case *ast.IncDecStmt:
		id := m.add(n.TokPos, "%s became its opposite", n.Tok)
		text := fmt.Sprintf(" %c= one_(%d, %s)", n.Tok.String()[0], id, types.ExprString(n.X))
		m.replace(n.TokPos, 2, text)
	case *ast.AssignStmt:
		if (n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN) && m.isNumber(n.Lhs[0]) {
			m.wrap(n.Rhs[0], fmt.Sprintf("sign_(%d, ", m.add(n.TokPos, "%s became its opposite", n.Tok)), ")")
		}
	case ast.Expr:
		if m.isConstant(n) {
			return false
		}
		m.expression(n)
	}
	return true
}

// statements removes each of what can be left out.
func (m *mutator) statements(list []ast.Stmt) {
	for i, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			call, _ := s.X.(*ast.CallExpr)
			if call != nil && types.ExprString(call.Fun) == "panic" && i == len(list)-1 {
				continue // there may be no return after it
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE || types.ExprString(s.Lhs[0]) == "_" {
				continue
			}
		case *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		default:
			continue
		}
		m.wrap(s, fmt.Sprintf("if mutant_ != %d { ", m.add(s.Pos(), "removed")), " }")
	}
}

// condition negates what expression does not.
func (m *mutator) condition(e ast.Expr) {
	switch e := e.(type) {
	case nil:
		return
	case *ast.UnaryExpr:
		return
	case *ast.BinaryExpr:
		if e.Op != token.LAND && e.Op != token.LOR {
			return
		}
	}
	m.negate(e, "condition negated")
}

func (m *mutator) negate(e ast.Expr, what string) {
	m.wrap(e, "((", fmt.Sprintf(") != (mutant_ == %d))", m.add(e.Pos(), "%s", what)))
}

// functions are those of helper, by the operator that they stand for.
var functions = map[token.Token]string{
	token.LSS: "lss_", token.LEQ: "leq_", token.GTR: "gtr_", token.GEQ: "geq_",
	token.ADD: "add_", token.SUB: "sub_", token.MUL: "mul_", token.QUO: "quo_", token.REM: "rem_",
	token.AND: "and_", token.OR: "or_", token.AND_NOT: "not_", token.SHL: "shl_", token.SHR: "shr_",
}

func (m *mutator) expression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		switch e.Op {
		case token.NOT:
			m.negate(e, "! removed")
		case token.SUB:
			m.wrap(e, fmt.Sprintf("sign_(%d, ", m.add(e.Pos(), "- removed")), ")")
		}
	case *ast.BinaryExpr:
		switch function := functions[e.Op]; {
		case e.Op == token.EQL || e.Op == token.NEQ:
			m.negate(e, fmt.Sprintf("%s became its opposite", e.Op))
		case e.Op == token.LAND || e.Op == token.LOR:
			// By De Morgan: with both sides and the whole negated, the one is the other.
			id := m.add(e.OpPos, "%s became the other", e.Op)
			m.wrap(e, "(", fmt.Sprintf(" != (mutant_ == %d))", id))
			m.wrap(e, "(", ")")
			m.wrap(e.X, "((", fmt.Sprintf(") != (mutant_ == %d))", id))
			m.wrap(e.Y, "((", fmt.Sprintf(") != (mutant_ == %d))", id))
		case function == "" || !m.isNumber(e.X) || !m.isNumber(e.Y):
		case (e.Op == token.SHL || e.Op == token.SHR) && m.isConstant(e.X):
		default:
			id := m.add(e.OpPos, "%s became its opposite", e.Op)
			switch e.Op {
			case token.LSS, token.LEQ, token.GTR, token.GEQ:
				m.add(e.OpPos, "%s with its boundary moved", e.Op)
			}
			m.wrap(e, fmt.Sprintf("%s(%d, ", function, id), ")")
			m.replace(e.OpPos, len(e.Op.String()), ",")
		}
	}
}

func (m *mutator) isConstant(e ast.Expr) bool { return m.info.Types[e].Value != nil }

func (m *mutator) isNumber(e ast.Expr) bool {
	t := m.info.TypeOf(e)
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsNumeric != 0
}

func (m *mutator) add(at token.Pos, what string, args ...any) int {
	number := len(m.mutants) + 1
	m.mutants = append(m.mutants, mutant{number, m.fset.Position(at), fmt.Sprintf(what, args...)})
	return number
}

func (m *mutator) wrap(n ast.Node, before, after string) {
	m.edits = append(m.edits,
		edit{at: m.fset.Position(n.Pos()).Offset, text: before},
		edit{at: m.fset.Position(n.End()).Offset, text: after, closing: true})
}

func (m *mutator) replace(at token.Pos, cut int, text string) {
	m.edits = append(m.edits, edit{at: m.fset.Position(at).Offset, cut: cut, text: text})
}

// apply returns the source with all edits done. Of those in one place the closing
// ones come first, and of these what is inside.
func (m *mutator) apply(source []byte) []byte {
	order := make([]int, len(m.edits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := m.edits[i], m.edits[j]
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.closing && b.closing:
			return j - i
		case a.closing:
			return -1
		case b.closing:
			return 1
		}
		return i - j
	})
	var out strings.Builder
	done := 0
	for _, i := range order {
		e := m.edits[i]
		out.Write(source[done:e.at])
		out.WriteString(e.text)
		done = e.at + e.cut
	}
	out.Write(source[done:])
	return []byte(out.String())
}

// helper is what the mutated source of a package refers to.
const helper = `package %s

import (
	"cmp"
	"os"
	"strconv"
)

var mutant_ = func() int { n, _ := strconv.Atoi(os.Getenv("MUTANT")); return n }()

type integer_ interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type number_ interface{ integer_ | ~float32 | ~float64 }

func lss_[T cmp.Ordered](n int, a, b T) bool {
	switch mutant_ - n { case 0: return a >= b; case 1: return a <= b }
	return a < b
}

func leq_[T cmp.Ordered](n int, a, b T) bool {
	switch mutant_ - n { case 0: return a > b; case 1: return a < b }
	return a <= b
}

func gtr_[T cmp.Ordered](n int, a, b T) bool {
	switch mutant_ - n { case 0: return a <= b; case 1: return a >= b }
	return a > b
}

func geq_[T cmp.Ordered](n int, a, b T) bool {
	switch mutant_ - n { case 0: return a < b; case 1: return a > b }
	return a >= b
}

func add_[T number_](n int, a, b T) T { if mutant_ == n { return a - b }; return a + b }
func sub_[T number_](n int, a, b T) T { if mutant_ == n { return a + b }; return a - b }
func mul_[T number_](n int, a, b T) T { if mutant_ == n { return a / b }; return a * b }
func quo_[T number_](n int, a, b T) T { if mutant_ == n { return a * b }; return a / b }
func rem_[T integer_](n int, a, b T) T { if mutant_ == n { return a * b }; return a %% b }
func and_[T integer_](n int, a, b T) T { if mutant_ == n { return a | b }; return a & b }
func or_[T integer_](n int, a, b T) T { if mutant_ == n { return a & b }; return a | b }
func not_[T integer_](n int, a, b T) T { if mutant_ == n { return a & b }; return a &^ b }
func shl_[T, U integer_](n int, a T, b U) T { if mutant_ == n { return a >> b }; return a << b }
func shr_[T, U integer_](n int, a T, b U) T { if mutant_ == n { return a << b }; return a >> b }
func sign_[T number_](n int, a T) T { if mutant_ == n { return -a }; return a }
func one_[T number_](n int, _ T) T { return sign_(n, T(1)) }
`
