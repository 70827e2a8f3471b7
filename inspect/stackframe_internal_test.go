package inspect

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The profile aligns the files of a stack with tabs.
func TestFramesOfAlignedStacks(t *testing.T) {
	for line, want := range map[string]Frame{
		"#\t0x47a2\tmain.work+0x1c\t/src/work.go:12":           {Func: "main.work", File: "/src/work.go", Line: 12},
		"#\t0x47a2\tmain.f+0x1c\t\t\t\t/a b/work.go:12":        {Func: "main.f", File: "/a b/work.go", Line: 12},
		"#\t0x47a2\tmain.(*T[...]).f+0x1c\t\tC:/src/work.go:1": {Func: "main.(*T[...]).f", File: "C:/src/work.go", Line: 1},
	} {
		assert.Equal(t, want, parseFrame(line))
	}
}
