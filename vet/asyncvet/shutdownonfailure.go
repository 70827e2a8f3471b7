package asyncvet

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"

	"example.com/asyncgo/vet/internal/index"
)

// ShutdownOnFailure reports producers whose failure looks like the end of their
// items, and consumers that keep Join waiting.
var ShutdownOnFailure = newAnalyzer("shutdownonfailure", func(p *pass) {
	for _, call := range p.Calls {
		switch call.Name {
		case "queue.Queue.Shutdown":
			p.shutdownDeferred(call)
		case "queue.Queue.Join":
			p.missingTaskDone(call)
		}
	}
	for _, t := range p.Tasks {
		p.closeDeferred(t)
	}
})

// shutdownDeferred reports a deferred Shutdown in a function that puts into
// the queue and may return an error after it.
func (p *pass) shutdownDeferred(call *index.Call) {
	def, ok := call.Cur.Parent().Node().(*ast.DeferStmt)
	if !ok {
		return
	}
	fn, ok := index.Func(call.Cur)
	if !ok {
		return
	}
	typ, q := funcType(fn.Node()), p.Var(call.Receiver())
	if q == nil || !p.returnsError(typ) {
		return
	}
	puts, fails := false, false
	sameFunc(fn, func(cur inspector.Cursor) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			switch p.name(n) {
			case "queue.Queue.Put", "queue.Queue.TryPut":
				puts = puts || p.Var(operand(n)) == q
			}
			for _, arg := range n.Args {
				puts = puts || p.Var(arg) == q
			}
		case *ast.ReturnStmt:
			fails = fails || n.Pos() > def.Pos() && p.mayFail(typ, n)
		}
	})
	if puts && fails {
		p.report(def, nil, "%s is shut down when this function fails, too, which looks like the end of its items: shut it down on success", q.Name())
	}
}

// mayFail reports whether a return statement may be one of a failure of the
// producer itself: an end of its context is no failure that could be missed.
func (p *pass) mayFail(typ *ast.FuncType, ret *ast.ReturnStmt) bool {
	if len(ret.Results) == 0 {
		return p.returnsError(typ) // a named result, perhaps an error
	}
	if !p.returnsFailure(typ, ret) {
		return false
	}
	call, ok := ast.Unparen(ret.Results[len(ret.Results)-1]).(*ast.CallExpr)
	return !ok || p.name(call) != "context.Context.Err" && p.name(call) != "context.Cause"
}

// commits are methods that make what was received final.
var commits = map[string]bool{"Commit": true, "Publish": true, "Finalize": true, "Rename": true}

// closeDeferred reports a producer that closes a channel also when it fails, if
// the consumer, a task of the same group, commits after its loop.
func (p *pass) closeDeferred(t *index.Task) {
	if !p.returnsError(t.Type) {
		return
	}
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		def, ok := cur.Node().(*ast.DeferStmt)
		if !ok || len(def.Call.Args) != 1 {
			return
		}
		fun, ok := def.Call.Fun.(*ast.Ident)
		if !ok || fun.Name != "close" {
			return
		}
		arg := cur.ChildAt(edge.DeferStmt_Call, -1).ChildAt(edge.CallExpr_Args, 0)
		c := p.channelOf(arg, def.Call.Args[0])
		if c == nil || len(c.ranges) != 1 || !p.fails(t, def) {
			return
		}
		consumer := p.TaskAt(c.ranges[0])
		if consumer == nil || consumer.Func == t.Func || consumer.Group != t.Group {
			return
		}
		if p.commitsAfter(consumer, c.ranges[0]) {
			p.report(def, nil, "%s is closed when this task fails, too, and what receives from it then commits: close it on success", text(def.Call.Args[0]))
		}
	})
}

// fails reports whether the task may return a failure after the beginning of def.
func (p *pass) fails(t *index.Task, def ast.Node) bool {
	fails := false
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		if ret, ok := cur.Node().(*ast.ReturnStmt); ok && ret.Pos() > def.Pos() && p.mayFail(t.Type, ret) {
			fails = true
		}
	})
	return fails
}

// commitsAfter reports whether the consumer calls what makes its work final
// after the loop, without a look at its context.
func (p *pass) commitsAfter(t *index.Task, loop inspector.Cursor) bool {
	found := false
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		call, ok := cur.Node().(*ast.CallExpr)
		if !ok || call.Pos() < loop.Node().End() {
			return
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && commits[sel.Sel.Name] && !isDeferred(cur) {
			found = true
		}
	})
	if !found {
		return false
	}
	looks := false
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		if call, ok := cur.Node().(*ast.CallExpr); ok && call.Pos() > loop.Node().End() {
			switch p.name(call) {
			case "context.Context.Err", "context.Cause":
				looks = true
			}
		}
	})
	return !looks
}

// missingTaskDone reports a loop over a queue that Join is called on, if
// TaskDone is called for some items and not for others.
func (p *pass) missingTaskDone(join *index.Call) {
	q := p.Var(join.Receiver())
	scope := p.ScopeOf(join.Cur)
	if q == nil || scope == nil {
		return
	}
	for _, use := range scope.Uses(q) {
		if use.ParentEdgeKind() != edge.SelectorExpr_X {
			return // what else is done with it cannot be seen
		}
	}
	for _, use := range scope.Uses(q) {
		call := use.Parent().Parent()
		if p.name1(call) != "queue.Queue.Items" {
			continue
		}
		loop, ok := call.Parent().Node().(*ast.RangeStmt)
		if !ok || loop.X != call.Node() {
			continue
		}
		fn, ok := index.Func(call)
		if !ok {
			continue
		}
		p.skipsTaskDone(fn, loop, q.Name(), func(n ast.Node) bool {
			done := false
			ast.Inspect(n, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok && p.name(c) == "queue.Queue.TaskDone" && p.Var(operand(c)) == q {
					done = true
				}
				return !done
			})
			return done
		})
	}
}

func (p *pass) skipsTaskDone(fn inspector.Cursor, loop *ast.RangeStmt, q string, isDone func(ast.Node) bool) {
	if !isDone(loop.Body) {
		p.report(loop.X, nil, "Join waits for a TaskDone for each item of %s: this loop calls none", q)
		return
	}
	flow := p.flowOf(fn, index.Body(fn.Node()))
	for _, block := range flow.cfg.Blocks {
		if !block.Live || block.Stmt != loop || block.Kind != cfg.KindRangeBody {
			continue
		}
		// A return ends the task, and with it Run and what waits in Join.
		skipped := false
		seen := map[*cfg.Block]bool{}
		var run func(b *cfg.Block)
		run = func(b *cfg.Block) {
			if seen[b] || slices.ContainsFunc(b.Nodes, isDone) {
				return
			}
			seen[b] = true
			for _, next := range b.Succs {
				switch {
				case next.Stmt != loop:
					run(next)
				case next.Kind == cfg.KindRangeLoop:
					skipped = true
				}
			}
		}
		run(block)
		if skipped {
			p.report(loop.X, nil, "Join waits for a TaskDone for each item of %s: on some path through this loop there is none", q)
		}
	}
}
