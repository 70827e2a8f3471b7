package asyncvet

import (
	"go/ast"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"example.com/asyncgo/vet/internal/index"
)

// obeys reports whether the mention of a context at cur is one that its end
// matters to: an argument of a call that may wait, or its Done channel.
func (p *pass) obeys(cur inspector.Cursor) bool {
	switch parent := cur.Parent().Node().(type) {
	case *ast.SelectorExpr:
		// Its Done channel, where something is received from it.
		_, receive := cur.Parent().Parent().Parent().Node().(*ast.UnaryExpr)
		return parent.Sel.Name == "Done" && receive
	case *ast.CallExpr:
		return cur.ParentEdgeKind() == edge.CallExpr_Args && p.takesContext(parent, cur.ParentEdgeIndex()) && !p.valuesOnly(parent)
	}
	return false
}

// takesContext reports whether a call takes the argument i as a context to obey:
// as a parameter of that type, which by convention is the first; a test may come
// before it.
func (p *pass) takesContext(call *ast.CallExpr, i int) bool {
	sig, ok := types.Unalias(p.TypesInfo.TypeOf(call.Fun)).Underlying().(*types.Signature)
	return ok && i <= 1 && i < sig.Params().Len() && index.IsContext(sig.Params().At(i).Type())
}

var (
	valueNames = regexp.MustCompile(`^(?i:(log|debug|info|warn|warning|error|notice|print|trace|fatal|panic|event)(f|ln|w|s)?(ctx|context)?|from)$|From(Ctx|Context)$|(?i:logger|span|metric|baggage|label|attr|counter|record|observe|tags?)`)
	valuePkgs  = regexp.MustCompile(`(?i)(^|/)[a-z]*(log|logs|logger|logging|slog|zap|zerolog|logrus|klog|logutil|trace|tracing|otel|opentelemetry|telemetry|metrics?|opencensus|stats|tally|apm)(/v\d+)?($|/)`)
)

// valuesOnly reports whether a call is of the kind that looks at a context only
// for its values: that of a logger, a span, a metric. What makes a context
// from another one is not of that kind, except WithoutCancel.
func (p *pass) valuesOnly(call *ast.CallExpr) bool {
	callee := typeutil.Callee(p.TypesInfo, call)
	if callee == nil {
		return false
	}
	switch p.name(call) {
	case "context.WithoutCancel", "context.Cause":
		return true
	}
	sig, ok := callee.Type().Underlying().(*types.Signature)
	if !ok {
		return false
	}
	for v := range sig.Results().Variables() {
		if index.IsContext(v.Type()) {
			return false
		}
	}
	return valueNames.MatchString(callee.Name()) || callee.Pkg() != nil && valuePkgs.MatchString(callee.Pkg().Path())
}
