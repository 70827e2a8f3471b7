package page

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

func TestStacksFollowTheText(t *testing.T) {
	stack := []inspect.Frame{{Func: "main.wait", File: "/src/a.go", Line: 7}, {Func: "main.main.func1", File: "/src/\x1b.go", Line: 8}}
	var out bytes.Buffer
	WriteStacks(&out, &inspect.Snapshot{Nodes: []*inspect.Node{
		{Kind: inspect.KindGroup, Name: "g", Children: []*inspect.Node{
			{Kind: inspect.KindTask, Name: "a", State: inspect.StateCalling, Age: time.Second, Stack: stack[1:], Children: []*inspect.Node{
				{Kind: inspect.KindCall, Name: "Map", Children: []*inspect.Node{
					{Kind: inspect.KindFunc, State: inspect.StateRunning, Stack: stack},
				}},
			}},
			{Kind: inspect.KindTask, Name: "b"},
		}},
	}})
	assert.Equal(t, `
g/a [calling, 1s]:
main.main.func1(...)
	/src/\x1b.go:8

g/a/Map/[0] [running, 0s]:
main.wait(...)
	/src/a.go:7
main.main.func1(...)
	/src/\x1b.go:8
`, out.String())
}
