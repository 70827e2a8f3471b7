package inspect

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// pass makes a snapshot after that many seconds and shows it to g.
func pass(g *ignored, after int, roots ...*Node) *Snapshot {
	s := newSnapshot(noon.Add(time.Duration(after) * time.Second))
	s.Nodes = roots
	s.link()
	g.see(s)
	return s
}

func since(s *Snapshot, name string) int {
	at := s.Find(name).doneSince
	if at.IsZero() {
		return -1
	}
	return int(at.Sub(noon) / time.Second)
}

func TestDoneIsCountedFromWhereItWasFirstSeen(t *testing.T) {
	var g ignored
	s := pass(&g, 1, aTask("a"), aTask("b", canceled))
	assert.Equal(t, -1, since(s, "a"))
	assert.Equal(t, 1, since(s, "b"))
	s = pass(&g, 2, aTask("a", canceled), aTask("b", func(n *Node) { n.Cause = "stop" }))
	assert.Equal(t, 2, since(s, "a"))
	assert.Equal(t, 1, since(s, "b"))
	s = pass(&g, 3, aTask("a", canceled), aTask("b", canceled))
	assert.Equal(t, 2, since(s, "a"))
	assert.Equal(t, 1, since(s, "b"))
}

func TestWhatIsGoneIsForgotten(t *testing.T) {
	var g ignored
	pass(&g, 1, aTask("a", canceled), aTask("b", canceled))
	pass(&g, 2, aTask("b", canceled))
	assert.Len(t, g.first, 1)
	s := pass(&g, 3, aTask("a", canceled))
	assert.Equal(t, 3, since(s, "a"), "anew")
	assert.Len(t, g.first, 1)
	pass(&g, 4)
	assert.Empty(t, g.first)
}

// A node that was not listed may be among the hidden ones, and then is not
// forgotten; but there are no more entries than nodes.
func TestWhatIsHiddenIsRemembered(t *testing.T) {
	var g ignored
	pass(&g, 1, aTask("a", canceled), aTask("b", canceled))
	pass(&g, 2, aTask("c", canceled), aGroup("g", hidden))
	assert.Len(t, g.first, 2, "c, and one for the hidden node")
	s := pass(&g, 3, aTask("b", canceled))
	assert.Equal(t, 1, since(s, "b"))
	for i := range 20 { // of two, the one that was listed last is kept
		g = ignored{}
		pass(&g, i, aTask("a", canceled), aTask("b", canceled), aTask("c", canceled))
		pass(&g, i, aTask("b", canceled), aGroup("g", func(n *Node) { n.Hidden = 2 }))
		pass(&g, i, aGroup("g", hidden))
		assert.Len(t, g.first, 1)
		assert.Contains(t, g.first, "b")
	}
	for i := range 1000 {
		pass(&g, 4+i, aGroup("g", func(n *Node) { n.Hidden = 5 }, children(aTask(strconv.Itoa(i), canceled))))
		assert.LessOrEqual(t, len(g.first), 6)
	}
	pass(&g, 2000, aGroup("g", func(n *Node) { n.Hidden = -7 }))
	assert.Empty(t, g.first)
}
