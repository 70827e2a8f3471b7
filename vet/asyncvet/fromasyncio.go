package asyncvet

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"example.com/asyncgo/vet/internal/index"
)

// FromAsyncio reports calls that mean something else in asyncio. It does so
// only if its flag enable is set.
var FromAsyncio = func() *analysis.Analyzer {
	enable := false
	a := newAnalyzer("fromasyncio", func(p *pass) {
		if !enable {
			return
		}
		for _, call := range p.Calls {
			p.otherMeaning(call)
		}
	})
	a.Flags.BoolVar(&enable, "enable", false, "report calls that mean something else in asyncio")
	return a
}()

// durations has the index of the duration in calls that take one.
var durations = map[string]int{
	"taskgroup.Sleep": 1, "taskgroup.WaitFor": 1, "taskgroup.MoveOnAfter": 1, "taskgroup.Timeout": 1,
	"taskgroup.Shield": 1, "taskgroup.Staggered": 1, "taskgroup.Deadline.Extend": 0, "taskgroup.WithGrace": 0,
}

func (p *pass) otherMeaning(call *index.Call) {
	if i, ok := durations[call.Name]; ok && i < len(call.Expr.Args) {
		p.bareDuration(call, call.Expr.Args[i])
		return
	}
	switch call.Name {
	case "queue.New", "queue.NewLIFO", "queue.NewPriority":
		if lit, ok := ast.Unparen(call.Expr.Args[0]).(*ast.BasicLit); ok && lit.Value == "0" {
			p.report(lit, nil, "a queue of 0 has no bound, as in asyncio: for a rendezvous use a channel, and write -1 if no bound is meant")
		}
	case "taskgroup.Race":
		p.report(call.Expr, nil, "Race returns what ends first, also a failure: for the first success there is FirstSuccess")
	}
}

func (p *pass) bareDuration(call *index.Call, arg ast.Expr) {
	value := p.TypesInfo.Types[arg].Value
	if value == nil {
		return
	}
	d, ok := constant.Int64Val(constant.ToInt(value))
	if !ok {
		return
	}
	switch {
	case d == 0 && (call.Name == "taskgroup.WaitFor" || call.Name == "taskgroup.MoveOnAfter"):
		p.report(arg, nil, "%s of 0 does not call the function: no limit is taskgroup.NoTimeout", call.Name)
	case d > 0 && p.unitless(arg):
		p.report(arg, nil, "%s of %s is as many nanoseconds, not seconds", call.Name, text(arg))
	}
}

// unitless reports whether a constant is made of literals alone.
func (p *pass) unitless(e ast.Expr) bool {
	bare := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if _, ok := p.TypesInfo.ObjectOf(n).(*types.TypeName); !ok {
				if _, ok := p.TypesInfo.ObjectOf(n).(*types.PkgName); !ok {
					bare = false
				}
			}
		case *ast.BasicLit:
			bare = bare && (n.Kind == token.INT || n.Kind == token.FLOAT)
		}
		return bare
	})
	return bare
}
