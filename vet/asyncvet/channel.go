package asyncvet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// A channel is a local variable with a channel that nothing outside of the
// declared function knows: all that happens to it can be seen.
type channel struct {
	scope    *index.Scope
	sends    []inspector.Cursor // *ast.SendStmt
	receives []inspector.Cursor // *ast.UnaryExpr
	ranges   []inspector.Cursor // *ast.RangeStmt
	closes   []inspector.Cursor // *ast.CallExpr
	buffered bool
}

// channelOf returns what is known of the channel that e names, or nil.
func (p *pass) channelOf(cur inspector.Cursor, e ast.Expr) *channel {
	v := p.Var(e)
	scope := p.ScopeOf(cur)
	if v == nil || scope == nil {
		return nil
	}
	rhs, _ := scope.Only(v)
	call, ok := rhs.(*ast.CallExpr)
	if !ok {
		return nil
	}
	if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "make" {
		return nil
	}
	c := &channel{scope: scope, buffered: len(call.Args) > 1}
	for _, use := range scope.Uses(v) {
		parent := use.Parent()
		switch n := parent.Node().(type) {
		case *ast.SendStmt:
			if use.ParentEdgeKind() != edge.SendStmt_Chan {
				return nil
			}
			c.sends = append(c.sends, parent)
		case *ast.UnaryExpr:
			c.receives = append(c.receives, parent)
		case *ast.RangeStmt:
			c.ranges = append(c.ranges, parent)
		case *ast.CallExpr:
			fun, ok := n.Fun.(*ast.Ident)
			if !ok {
				return nil
			}
			if _, ok := p.TypesInfo.Uses[fun].(*types.Builtin); !ok {
				return nil
			}
			if fun.Name == "close" {
				c.closes = append(c.closes, parent)
			}
		default:
			return nil
		}
	}
	return c
}

// inSelect reports whether the send or receive at cur is a case of a select.
func inSelect(cur inspector.Cursor) bool {
	for {
		switch cur.ParentEdgeKind() {
		case edge.CommClause_Comm:
			return true
		case edge.AssignStmt_Rhs, edge.ExprStmt_X:
			cur = cur.Parent()
		default:
			return false
		}
	}
}

// blockingSend reports a send whose only receiver is a loop that may be left
// because of an error: nothing receives after that.
func (p *pass) blockingSend(t *index.Task, cur inspector.Cursor, send *ast.SendStmt) {
	c := p.channelOf(cur, send.Chan)
	if c == nil || c.buffered || inSelect(cur) || len(c.receives) > 0 || len(c.ranges) != 1 {
		return
	}
	loop := c.ranges[0]
	receiver := p.TaskAt(loop)
	if receiver == nil || receiver.Func == t.Func || receiver.Group != t.Group || p.inLoop(receiver.Call.Cur, c.scope.Cur) || !p.failsWithin(receiver, loop) {
		return
	}
	p.report(send, nil, "this send blocks for ever once the task that receives has failed: select on %s.Done() as well", p.nearName(t))
}

// blockingReceive reports a receive whose only sender is a task that may fail
// before it sends, and does not close the channel.
func (p *pass) blockingReceive(t *index.Task, cur inspector.Cursor, receive *ast.UnaryExpr) {
	if receive.Op != token.ARROW {
		return
	}
	c := p.channelOf(cur, receive.X)
	if c == nil || inSelect(cur) || len(c.sends) != 1 || len(c.closes) > 0 {
		return
	}
	sender := p.TaskAt(c.sends[0])
	if sender == nil || sender.Func == t.Func || sender.Group != t.Group || !p.failsBefore(sender, c.sends[0].Node()) {
		return
	}
	p.report(receive, nil, "this receive blocks for ever once the task that sends has failed: select on %s.Done() as well", p.nearName(t))
}

// inLoop reports whether the call at cur is in a loop that def is not in.
func (p *pass) inLoop(cur, def inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if !within(c.Node(), def.Node().Pos()) {
			return true
		}
	}
	return false
}

// failsWithin reports whether the task returns an error from inside the loop.
func (p *pass) failsWithin(t *index.Task, loop inspector.Cursor) bool {
	fails := false
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil)) {
		if fn, ok := index.Func(cur); ok && fn == t.Cur && p.returnsFailure(t.Type, cur.Node().(*ast.ReturnStmt)) {
			fails = true
		}
	}
	return fails
}

func (p *pass) failsBefore(t *index.Task, n ast.Node) bool {
	fails := false
	sameFunc(t.Cur, func(cur inspector.Cursor) {
		if ret, ok := cur.Node().(*ast.ReturnStmt); ok && ret.Pos() < n.Pos() && p.returnsFailure(t.Type, ret) {
			fails = true
		}
	})
	return fails
}

// returnsFailure reports whether a return statement may return an error that is
// not nil: one that is written as something other than nil.
func (p *pass) returnsFailure(fn *ast.FuncType, ret *ast.ReturnStmt) bool {
	if !p.returnsError(fn) || len(ret.Results) == 0 {
		return false
	}
	return !p.TypesInfo.Types[ret.Results[len(ret.Results)-1]].IsNil()
}
