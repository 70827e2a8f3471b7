package taskgroup_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

// assertMisuse asserts that call panics as rule 9 says.
func assertMisuse(t *testing.T, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, _ := recover().(error)
		assert.ErrorIs(t, err, taskgroup.ErrMisuse)
	}()
	call()
}

// allocations returns how many allocations a call makes, exactly; the race
// detector makes some of its own.
func allocations(call func()) int { return int(testing.AllocsPerRun(100, call)) }

// heapInUse returns how many bytes live objects take.
func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
