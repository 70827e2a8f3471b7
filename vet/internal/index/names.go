package index

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// Root is the module that the analyzers speak about. Packages are matched by
// path, so that the analyzers need not depend on it.
const Root = "example.com/asyncgo"

// watched maps the path of a package to the short name that Name uses.
var watched = map[string]string{
	Root + "/taskgroup":           "taskgroup",
	Root + "/semaphore":           "semaphore",
	Root + "/queue":               "queue",
	"golang.org/x/sync/errgroup":  "errgroup",
	"golang.org/x/sync/semaphore": "xsemaphore",
	"sync":                        "sync",
	"context":                     "context",
	"time":                        "time",
	"net":                         "net",
	"net/http":                    "http",
	"database/sql":                "sql",
	"os/exec":                     "exec",
	"errors":                      "errors",
}

// CalleeName names what a call calls: "taskgroup.Gather",
// "taskgroup.Group.Go", "errgroup.Group.Wait". It is empty for what is in none
// of the packages that the analyzers know, and for calls of variables.
func CalleeName(info *types.Info, call *ast.CallExpr) string {
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok {
		return ""
	}
	return FuncName(fn)
}

// FuncName is CalleeName of a function.
func FuncName(fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	short, ok := watched[fn.Pkg().Path()]
	if !ok {
		return ""
	}
	if recv := fn.Signature().Recv(); recv != nil {
		return short + "." + typeName(recv.Type()) + "." + fn.Name()
	}
	return short + "." + fn.Name()
}

// Named names a type in the same way: "taskgroup.Group", also for a pointer to it.
func Named(t types.Type) string {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	short, ok := watched[named.Obj().Pkg().Path()]
	if !ok {
		return ""
	}
	return short + "." + named.Obj().Name()
}

func typeName(t types.Type) string {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// IsContext reports whether t is [context.Context].
func IsContext(t types.Type) bool {
	return t != nil && !isPointer(t) && Named(t) == "context.Context"
}

func isPointer(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Pointer)
	return ok
}

// Ours reports whether name belongs to one of the three packages.
func Ours(name string) bool {
	return strings.HasPrefix(name, "taskgroup.") || strings.HasPrefix(name, "semaphore.") || strings.HasPrefix(name, "queue.")
}
