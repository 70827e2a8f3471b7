package inspect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

func TestKeepsTimeline(t *testing.T) {
	m := inspect.New(inspect.WithTimeline(1))
	assert.True(t, m.KeepsTimeline())
	m.Close()
	assert.True(t, m.KeepsTimeline(), "what it has kept stays")

	m = inspect.New()
	defer m.Close()
	assert.False(t, m.KeepsTimeline())
	assert.Panics(t, func() { new(inspect.Monitor).KeepsTimeline() })
}

func ExampleMonitor_KeepsTimeline() {
	m := inspect.New(inspect.WithTimeline(1000))
	defer m.Close()
	fmt.Println(m.KeepsTimeline())
	// Output: true
}
