package inspect

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

func TestFuncName(t *testing.T) {
	assert.Empty(t, funcName(0))
	assert.Equal(t, "example.com/asyncgo/taskgroup.Sleep", funcName(reflect.ValueOf(taskgroup.Sleep).Pointer()))
}

// Where the module's own calls are all that is known there is no site.
func TestSiteOfOwnCalls(t *testing.T) {
	assert.Empty(t, siteOf(nil))
	assert.Empty(t, siteOf([]uintptr{reflect.ValueOf(taskgroup.Sleep).Pointer() + 1}))
}
