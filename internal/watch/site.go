package watch

import (
	"path"
	"reflect"
	"runtime"
	"strings"
)

// callers returns the program counters of the calls that have led here.
func callers() []uintptr {
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(3, pcs)]
}

// module is the path of the module, with a slash.
var module = strings.TrimSuffix(reflect.TypeFor[Node]().PkgPath(), "internal/watch")

// root is the directory of the module, with a slash, as the compiler has it.
var root = func() string {
	_, file, _, _ := runtime.Caller(0)
	return strings.TrimSuffix(file, "internal/watch/site.go")
}()

// IsOwnCode reports whether a frame is of the packages of [IsOwn]. A closure that
// is inlined into another package has its name from there, but not its file.
func IsOwnCode(function, file string) bool {
	if IsOwn(function) {
		return true
	}
	rest, ok := strings.CutPrefix(file, root)
	return ok && !strings.HasSuffix(rest, "_test.go") && IsOwn(module+path.Dir(rest)+".")
}

// IsOwn reports whether a function with that name is of the packages that begin
// and run functions.
func IsOwn(function string) bool {
	rest, ok := strings.CutPrefix(function, module)
	if !ok {
		return false
	}
	for _, pkg := range []string{"taskgroup.", "semaphore.", "queue.", "internal/watch.", "internal/lazyctx."} {
		if strings.HasPrefix(rest, pkg) {
			return true
		}
	}
	return false
}

// CallsFunctions reports whether the function with that name, which is the
// module's own, is what calls the functions of tasks and calls for a monitor.
func CallsFunctions(function string) bool {
	return strings.TrimPrefix(function, module) == "taskgroup.callTraced"
}
