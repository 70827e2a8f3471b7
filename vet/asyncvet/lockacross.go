package asyncvet

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"

	"example.com/asyncgo/vet/internal/index"
)

// LockAcross reports mutexes that are held over a call that waits.
var LockAcross = newAnalyzer("lockacross", func(p *pass) {
	p.exportWaits()
	if !p.Imports("taskgroup", "semaphore", "queue", "errgroup") && len(p.AllObjectFacts()) == 0 {
		return
	}
	done := map[ast.Node]bool{}
	for _, call := range p.Calls {
		switch call.Name {
		case "sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock":
		default:
			continue
		}
		fn, ok := index.Func(call.Cur)
		if !ok || done[fn.Node()] || isDeferred(call.Cur) {
			continue
		}
		done[fn.Node()] = true
		p.lockedIn(fn)
	}
}, new(waitsFact))

// waitsFact is that a function always waits as a call of asyncgo does: one that
// is called unconditionally, at the top of its body.
type waitsFact struct{ Name string }

func (*waitsFact) AFact()           {}
func (f *waitsFact) String() string { return "waits in " + f.Name }

// A held is a mutex that is locked, by the expression that names it.
type held map[string]token.Pos

// lockedIn follows the mutexes of one function: what is held at a place is what
// is held on every path to it.
func (p *pass) lockedIn(fn inspector.Cursor) {
	flow := p.flowOf(fn, index.Body(fn.Node()))
	in := map[*cfg.Block]held{flow.cfg.Blocks[0]: {}}
	work := []*cfg.Block{flow.cfg.Blocks[0]}
	for len(work) > 0 {
		block := work[len(work)-1]
		work = work[:len(work)-1]
		out := p.through(block, in[block], nil)
		for _, next := range block.Succs {
			old, ok := in[next]
			if !ok {
				in[next] = out
			} else if merged := meet(old, out); len(merged) < len(old) {
				in[next] = merged
			} else {
				continue
			}
			work = append(work, next)
		}
	}
	task := p.taskOf(fn)
	for _, block := range flow.cfg.Blocks {
		if before, ok := in[block]; ok {
			p.through(block, before, func(n ast.Node, now held) { p.waitsWith(fn, task, n, now) })
		}
	}
}

// taskOf returns the task whose function fn is, if it is one.
func (p *pass) taskOf(fn inspector.Cursor) *index.Task {
	for _, t := range p.Tasks {
		if t.Func == fn.Node() {
			return t
		}
	}
	return nil
}

func meet(a, b held) held {
	both := held{}
	for name, pos := range a {
		if _, ok := b[name]; ok {
			both[name] = pos
		}
	}
	return both
}

// through applies the nodes of a block to what is held before it. visit sees
// each part of a node that is evaluated there.
func (p *pass) through(block *cfg.Block, before held, visit func(n ast.Node, now held)) held {
	now := maps.Clone(before)
	for _, node := range block.Nodes {
		inspectNow(node, func(n ast.Node) {
			if visit != nil {
				visit(n, now)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			if !ok {
				return
			}
			switch p.name(call) {
			case "sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock":
				now[text(sel.X)] = call.Pos()
			case "sync.Mutex.Unlock", "sync.RWMutex.Unlock", "sync.RWMutex.RUnlock":
				delete(now, text(sel.X))
			}
		})
		// What is passed on to another function may be unlocked there.
		inspectNow(node, func(n ast.Node) {
			if call, ok := n.(*ast.CallExpr); ok {
				for name := range now {
					for _, arg := range call.Args {
						if e := ast.Unparen(arg); text(e) == name || text(e) == "&"+name {
							delete(now, name)
						}
					}
				}
			}
		})
	}
	return now
}

// waitsWith reports n if it waits while something is held.
func (p *pass) waitsWith(fn inspector.Cursor, task *index.Task, n ast.Node, now held) {
	if len(now) == 0 {
		return
	}
	mutex := ""
	for name := range now {
		if mutex == "" || name < mutex {
			mutex = name
		}
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		name := p.name(n)
		switch {
		case name == "errgroup.Group.Wait" || name == "sync.WaitGroup.Wait":
			// That is common, and wrong only if the tasks need the mutex.
			if g := p.Group(operand(n)); g != nil {
				for name := range now {
					if p.tasksLock(g, name) {
						p.report(n, nil, "%s is held over %s, and a task of %s locks it: neither goes on", name, text(n.Fun), g.Var.Name())
						return
					}
				}
			}
		case index.Waits(name) && index.Ours(name):
			p.report(n, nil, "%s is held over %s, which waits: what waits for the mutex cannot be canceled", mutex, text(n.Fun))
		case name == "":
			if waits := p.waitsIn(n); waits != "" {
				p.report(n, nil, "%s is held over %s, which waits in %s: what waits for the mutex cannot be canceled", mutex, text(n.Fun), waits)
			}
		}
	case *ast.SendStmt:
		if c, ok := fn.FindNode(n); ok && task != nil {
			p.channelUnder(mutex, c, n.Chan, "send")
		}
	case *ast.UnaryExpr:
		if c, ok := fn.FindNode(n); ok && task != nil && n.Op == token.ARROW {
			p.channelUnder(mutex, c, n.X, "receive")
		}
	}
}

// channelUnder reports an operation in a task on a channel without a buffer.
func (p *pass) channelUnder(mutex string, cur inspector.Cursor, ch ast.Expr, what string) {
	c := p.channelOf(cur, ch)
	if c == nil || c.buffered || inSelect(cur) {
		return
	}
	p.report(cur.Node(), nil, "%s is held over a %s, which waits: what waits for the mutex cannot be canceled", mutex, what)
}

// tasksLock reports whether a task of the group locks what name is.
func (p *pass) tasksLock(g *index.Group, name string) bool {
	for _, t := range p.Tasks {
		if t.Group != g {
			continue
		}
		locks := false
		sameFunc(t.Cur, func(cur inspector.Cursor) {
			call, ok := cur.Node().(*ast.CallExpr)
			if !ok {
				return
			}
			switch p.name(call) {
			case "sync.Mutex.Lock", "sync.RWMutex.Lock":
				sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
				if !ok || text(sel.X) != name {
					return
				}
				// The same name must be the same variable.
				if root := p.root(sel.X); root != nil && !within(t.Func, root.Pos()) {
					locks = true
				}
			}
		})
		if locks {
			return true
		}
	}
	return false
}

// root returns the variable that a chain of fields begins with.
func (p *pass) root(e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return p.Var(e)
		}
	}
}
