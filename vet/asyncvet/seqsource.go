package asyncvet

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// SeqSource reports sequences over a queue where a source is needed, and loops
// over one that take the end of the context for the end of the items.
var SeqSource = newAnalyzer("seqsource", func(p *pass) {
	for _, call := range p.Calls {
		if call.Name != "queue.Queue.Items" {
			continue
		}
		if outer := p.stageOf(call); outer != nil {
			p.needsSource(call, outer)
		}
		if loop, ok := call.Cur.Parent().Node().(*ast.RangeStmt); ok && loop.X == call.Expr {
			p.endUnknown(call, loop)
		}
	}
})

// sources has, for each function that takes a sequence, the one that takes a
// source, and the method of a queue that is one.
var sources = map[string][2]string{
	"taskgroup.MapSeq":       {"MapSource", "All"},
	"taskgroup.MapUnordered": {"MapSourceUnordered", "All"},
	"taskgroup.ForEach":      {"Consume", "Items"},
}

// stageOf returns the call that the sequence is given to: directly, or by a
// variable that is nothing else.
func (p *pass) stageOf(items *index.Call) *ast.CallExpr {
	if outer, ok := items.Cur.Parent().Node().(*ast.CallExpr); ok {
		if _, ok := sources[p.name(outer)]; ok && len(outer.Args) > 2 && outer.Args[2] == items.Expr {
			return outer
		}
		return nil
	}
	assign, ok := items.Cur.Parent().Node().(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 {
		return nil
	}
	v, scope := p.Var(assign.Lhs[0]), p.ScopeOf(items.Cur)
	if v == nil || scope == nil || len(scope.Defs(v)) != 1 {
		return nil
	}
	for _, use := range scope.Uses(v) {
		if outer, ok := use.Parent().Node().(*ast.CallExpr); ok {
			if _, ok := sources[p.name(outer)]; ok && len(outer.Args) > 2 && outer.Args[2] == use.Node() {
				return outer
			}
		}
	}
	return nil
}

func (p *pass) needsSource(items *index.Call, outer *ast.CallExpr) {
	better := sources[p.name(outer)]
	q := text(items.Receiver())
	var fix *analysis.SuggestedFix
	if sel, ok := ast.Unparen(outer.Fun).(*ast.SelectorExpr); ok && outer.Args[2] == items.Expr {
		fix = &analysis.SuggestedFix{
			Message:   "Use " + better[0],
			TextEdits: []analysis.TextEdit{replace(sel.Sel, better[0]), replace(items.Expr, q+"."+better[1])},
		}
	}
	p.report(items.Expr, fix, "%s over %s waits in the queue when it is left early: use taskgroup.%s with %s.%s", p.name(outer), text(items.Expr), better[0], q, better[1])
}

// endUnknown reports a loop in a function that returns nil after it, though it
// could return an error, and never looks at the context.
func (p *pass) endUnknown(items *index.Call, loop *ast.RangeStmt) {
	fn, ok := index.Func(items.Cur)
	if !ok || len(items.Expr.Args) != 1 {
		return
	}
	if n := len(loop.Body.List); n > 0 {
		if _, ok := loop.Body.List[n-1].(*ast.ReturnStmt); ok {
			return // takes one item
		}
	}
	typ, ctx, scope := funcType(fn.Node()), p.Var(items.Expr.Args[0]), p.ScopeOf(items.Cur)
	if ctx == nil || scope == nil || !p.returnsError(typ) {
		return
	}
	for _, use := range scope.Uses(ctx) {
		in, ok := index.Func(use)
		if !ok || in != fn || use.Node().Pos() == items.Expr.Args[0].Pos() {
			continue
		}
		if use.Node().Pos() > loop.End() || p.name1(use.Parent().Parent()) == "context.Context.Err" || p.name1(use.Parent()) == "context.Cause" {
			return
		}
	}
	// The statement behind the loop in the same list must return nil.
	list, i := listOf(fn, loop)
	if list == nil {
		return
	}
	for _, stmt := range list[i+1:] {
		ret, ok := stmt.(*ast.ReturnStmt)
		if !ok {
			continue
		}
		if n := len(ret.Results); n > 0 && p.TypesInfo.Types[ret.Results[n-1]].IsNil() {
			p.report(items.Expr, nil, "this loop also ends when %s is done, and then nil is returned: return %s.Err()", ctx.Name(), ctx.Name())
		}
		return
	}
}

// listOf returns the list of statements that stmt is in, and its index.
func listOf(fn inspector.Cursor, stmt ast.Stmt) ([]ast.Stmt, int) {
	var list []ast.Stmt
	at := 0
	ast.Inspect(fn.Node(), func(n ast.Node) bool {
		if block, ok := n.(*ast.BlockStmt); ok {
			for i, s := range block.List {
				if s == stmt {
					list, at = block.List, i
				}
			}
		}
		return list == nil
	})
	return list, at
}
