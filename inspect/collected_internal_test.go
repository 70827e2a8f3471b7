package inspect

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNoNodesAreAnEmptyArray(t *testing.T) {
	text, err := json.Marshal(newSnapshot(noon))
	assert.NoError(t, err)
	assert.JSONEq(t, `{"time":"2026-03-01T12:00:00Z","nodes":[]}`, string(text))
}

// A collected node knows the time of its snapshot, so that its line is that of
// the text.
func TestLink(t *testing.T) {
	child := &Node{Kind: KindTask, Name: "t", State: StateRunning, Deadline: noon.Add(2 * time.Second)}
	root := &Node{Kind: KindGroup, State: StateRunning, Children: []*Node{nil, child}}
	s := newSnapshot(noon)
	s.Nodes = append(s.Nodes, root)
	s.link()
	assert.Same(t, root, child.up)
	assert.Nil(t, root.up)
	assert.Equal(t, "t  0s  running, 2s left", child.String())
}
