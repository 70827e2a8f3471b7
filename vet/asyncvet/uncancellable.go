package asyncvet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"example.com/asyncgo/vet/internal/index"
)

// Uncancellable reports calls in a task that block and know no context.
var Uncancellable = newAnalyzer("uncancellable", func(p *pass) {
	seen := map[ast.Node]bool{}
	for _, t := range p.Tasks {
		if seen[t.Func] || !t.HasContext() || p.inTest(t.Body) {
			continue
		}
		if _, ok := t.Func.(*ast.FuncDecl); ok && !t.Own {
			continue // the group's context has no name there
		}
		seen[t.Func] = true
		sameFunc(t.Cur, func(cur inspector.Cursor) {
			switch n := cur.Node().(type) {
			case *ast.CallExpr:
				p.blockingCall(t, cur, n)
			case *ast.SendStmt:
				p.blockingSend(t, cur, n)
			case *ast.UnaryExpr:
				p.blockingReceive(t, cur, n)
			}
		})
	}
})

// short is how long a sleep may be without being reported.
const short = 100 * time.Millisecond

// withContext has, for a function without a context, the one that has it.
var withContext = map[string]string{
	"exec.Command":    "exec.CommandContext",
	"http.NewRequest": "http.NewRequestWithContext",
	"http.Get":        "http.NewRequestWithContext", "http.Head": "http.NewRequestWithContext",
	"http.Post": "http.NewRequestWithContext", "http.PostForm": "http.NewRequestWithContext",
	"http.Client.Get": "http.NewRequestWithContext", "http.Client.Head": "http.NewRequestWithContext",
	"http.Client.Post": "http.NewRequestWithContext", "http.Client.PostForm": "http.NewRequestWithContext",
	"net.Dial":     "net.Dialer.DialContext",
	"sql.DB.Query": "QueryContext", "sql.DB.QueryRow": "QueryRowContext", "sql.DB.Exec": "ExecContext",
	"sql.DB.Prepare": "PrepareContext", "sql.DB.Ping": "PingContext", "sql.DB.Begin": "BeginTx",
	"sql.Tx.Query": "QueryContext", "sql.Tx.QueryRow": "QueryRowContext", "sql.Tx.Exec": "ExecContext",
	"sql.Tx.Prepare": "PrepareContext",
	"sql.Stmt.Query": "QueryContext", "sql.Stmt.QueryRow": "QueryRowContext", "sql.Stmt.Exec": "ExecContext",
}

func (p *pass) blockingCall(t *index.Task, cur inspector.Cursor, call *ast.CallExpr) {
	if isDeferred(cur) {
		return
	}
	name := p.name(call)
	switch name {
	case "time.Sleep":
		p.sleep(t, cur, call)
		return
	case "sync.WaitGroup.Wait":
		p.waitGroup(t, call)
		return
	case "exec.Command":
		// A process that is killed by other means needs no context, and one that
		// is only started may outlive the task.
		if mentions(t.Body, "Process", "Cancel") || mentions(t.Body, "Start") && !mentions(t.Body, "Wait") {
			return
		}
	case "http.NewRequest":
		if mentions(t.Body, "WithContext", "Clone") {
			return
		}
	}
	better, ok := withContext[name]
	if !ok {
		return
	}
	p.report(call, p.addContext(t, name, better, call), "%s does not obey %s: use %s", name, p.nearName(t), better)
}

// nearName names the task's context for a message.
func (p *pass) nearName(t *index.Task) string {
	if near := t.Near(); near != nil {
		return near.Name()
	}
	return "the task's context"
}

// nameable returns the name of the task's context where it can be used.
func (p *pass) nameable(t *index.Task, at ast.Node) (string, bool) {
	near := t.Near()
	if near == nil || !p.visible(near, at.Pos()) {
		return "", false
	}
	return near.Name(), true
}

// addContext is the fix that calls what takes a context.
func (p *pass) addContext(t *index.Task, name, better string, call *ast.CallExpr) *analysis.SuggestedFix {
	ctx, ok := p.nameable(t, call)
	sel, isSel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || !isSel {
		return nil
	}
	insert := ctx
	if len(call.Args) > 0 {
		insert += ", "
	}
	edits := []analysis.TextEdit{{Pos: call.Lparen + 1, End: call.Lparen + 1, NewText: []byte(insert)}}
	switch {
	case name == "net.Dial":
		edits = append(edits, replace(call.Fun, "new("+text(sel.X)+".Dialer).DialContext"))
	case name == "sql.DB.Begin":
		return nil // the transaction would end with the context
	case better == "http.NewRequestWithContext" && name != "http.NewRequest":
		return nil
	default:
		edits = append(edits, replace(sel.Sel, better[strings.LastIndex(better, ".")+1:]))
	}
	return &analysis.SuggestedFix{Message: "Use " + better, TextEdits: edits}
}

func (p *pass) sleep(t *index.Task, cur inspector.Cursor, call *ast.CallExpr) {
	if value := p.TypesInfo.Types[call.Args[0]].Value; value != nil {
		if d, ok := constant.Int64Val(constant.ToInt(value)); ok && d < int64(short) {
			return
		}
	}
	if !t.Own {
		p.report(call, nil, "time.Sleep does not obey %s: select on its Done channel and a timer", p.nearName(t))
		return
	}
	var fix *analysis.SuggestedFix
	ctx, ok := p.nameable(t, call)
	stmt, isStmt := cur.Parent().Node().(*ast.ExprStmt)
	if pkg := p.importName(call, index.Root+"/taskgroup"); ok && isStmt && pkg != "" && p.returnsError(t.Type) && t.Type.Results.NumFields() == 1 {
		fix = &analysis.SuggestedFix{
			Message:   "Use taskgroup.Sleep",
			TextEdits: []analysis.TextEdit{replace(stmt, "if err := "+pkg+".Sleep("+ctx+", "+text(call.Args[0])+"); err != nil {\nreturn err\n}")},
		}
	}
	p.report(call, fix, "time.Sleep does not obey %s: use taskgroup.Sleep", p.nearName(t))
}

// importName is the name under which the file around n imports path.
func (p *pass) importName(n ast.Node, path string) string {
	for _, file := range p.Files {
		if !within(file, n.Pos()) {
			continue
		}
		for _, spec := range file.Imports {
			if value, err := strconv.Unquote(spec.Path.Value); err == nil && value == path {
				if spec.Name != nil {
					return spec.Name.Name
				}
				return path[strings.LastIndex(path, "/")+1:]
			}
		}
	}
	return ""
}

// waitGroup reports a Wait for goroutines of the task's own where no context is
// mentioned at all: then they cannot obey it either.
func (p *pass) waitGroup(t *index.Task, call *ast.CallExpr) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	wg := p.Var(sel.X)
	if wg == nil || !within(t.Body, wg.Pos()) || p.mentionsContext(t) {
		return
	}
	p.report(call, nil, "neither %s.Wait nor any of what it waits for obeys %s", wg.Name(), p.nearName(t))
}

func (p *pass) mentionsContext(t *index.Task) bool {
	for cur := range t.Cur.Preorder((*ast.Ident)(nil)) {
		if v, ok := p.TypesInfo.Uses[cur.Node().(*ast.Ident)].(*types.Var); ok && index.IsContext(v.Type()) {
			return true
		}
	}
	return false
}

// mentions reports whether something of one of the names is selected in n.
func mentions(n ast.Node, names ...string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			for _, name := range names {
				found = found || sel.Sel.Name == name
			}
		}
		return !found
	})
	return found
}
