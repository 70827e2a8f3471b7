package asyncvet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"
)

// A flow is the control flow of one function.
type flow struct {
	fn  inspector.Cursor
	cfg *cfg.CFG
}

func (p *pass) flowOf(fn inspector.Cursor, body *ast.BlockStmt) *flow {
	return &flow{fn: fn, cfg: cfg.New(body, p.mayReturn)}
}

// mayReturn knows the usual calls that do not return.
func (p *pass) mayReturn(call *ast.CallExpr) bool {
	switch fn := typeutil.Callee(p.TypesInfo, call).(type) {
	case *types.Builtin:
		return fn.Name() != "panic"
	case *types.Func:
		if fn.Pkg() == nil {
			return true
		}
		switch fn.Name() {
		case "Exit", "Goexit", "Fatal", "Fatalf", "Fatalln", "Fatalw", "Panic", "Panicf", "FailNow", "SkipNow", "Skip", "Skipf":
			return false
		}
	}
	return true
}

// A place is a node of a flow: a statement or a condition.
type place struct {
	block *cfg.Block
	index int
}

// find returns the places whose node encloses n.
func (f *flow) find(n ast.Node) []place {
	var places []place
	for _, block := range f.cfg.Blocks {
		if !block.Live {
			continue
		}
		for i, node := range block.Nodes {
			if within(node, n.Pos()) && n.End() <= node.End() {
				places = append(places, place{block, i})
			}
		}
	}
	return places
}

// walk visits all nodes that may run after those at from, until visit returns
// false on a path. exit is called with each return statement that is reached,
// which has no position in the source where control falls off the end.
func (f *flow) walk(from []place, visit func(n ast.Node) (goOn bool), exit func(ret *ast.ReturnStmt)) {
	seen := map[*cfg.Block]bool{}
	var run func(block *cfg.Block, index int)
	run = func(block *cfg.Block, index int) {
		if index == 0 {
			if seen[block] {
				return
			}
			seen[block] = true
		}
		for _, node := range block.Nodes[index:] {
			if !visit(node) {
				return
			}
		}
		if len(block.Succs) == 0 {
			if ret := block.Return(); exit != nil && ret != nil {
				exit(ret)
			}
			return
		}
		for _, next := range block.Succs {
			run(next, 0)
		}
	}
	for _, p := range from {
		run(p.block, p.index+1)
	}
}

// entry is the place before the first node.
func (f *flow) entry() []place { return []place{{f.cfg.Blocks[0], -1}} }
