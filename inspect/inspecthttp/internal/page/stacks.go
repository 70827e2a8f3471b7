package page

import (
	"bytes"
	"fmt"
	"strings"

	"example.com/asyncgo/inspect"
)

// WriteStacks writes the stack of each node that has one, as in a traceback.
func WriteStacks(out *bytes.Buffer, s *inspect.Snapshot) {
	var path []string
	for depth, n := range s.All() {
		path = append(path[:depth], label(n))
		if len(n.Stack) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s [%s, %s]:\n", strings.Join(path, "/"), n.State, short(n.Age))
		for _, f := range n.Stack {
			fmt.Fprintf(out, "%s(...)\n\t%s:%d\n", visible(f.Func), visible(f.File), f.Line)
		}
	}
}
