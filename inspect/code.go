package inspect

import (
	"path/filepath"
	"runtime"
	"strconv"

	"example.com/asyncgo/internal/watch"
)

// kinds are the exported names of the internal kinds.
var kinds = map[watch.Kind]Kind{
	watch.Group: KindGroup,
	watch.Call:  KindCall,
	watch.Task:  KindTask,
	watch.Func:  KindFunc,
}

// funcName returns the name of the function whose code begins at pc, or "".
func funcName(pc uintptr) string {
	return runtime.FuncForPC(pc).Name() // that of nil is ""
}

// siteOf returns the first of the calls that is not the module's own, as its
// file and line.
func siteOf(pcs []uintptr) string {
	if len(pcs) == 0 {
		return ""
	}
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if f.Function != "" && !watch.IsOwnCode(f.Function, f.File) {
			return filepath.Base(f.File) + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return ""
		}
	}
}
