package inspect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

func TestAllIsDepthFirst(t *testing.T) {
	var got []string
	for depth, n := range crawl().All() {
		got = append(got, fmt.Sprint(depth, " ", n.ID))
	}
	want := []string{"0 1", "1 1/0", "2 3", "3 3/0", "3 3/1", "1 1/2", "1 1/3", "1 1/4", "1 1/5", "2 4", "3 4/2", "3 4/3"}
	assert.Equal(t, want, got)
}

func TestAllStopsWhereItsLoopDoes(t *testing.T) {
	s := crawl()
	for stop := 1; stop <= 12; stop++ {
		seen := 0
		for range s.All() {
			if seen++; seen == stop {
				break
			}
		}
		assert.Equal(t, stop, seen)
	}
	s.Nodes[0].Hidden = 3 // is no node
	seen := 0
	for range s.All() {
		seen++
	}
	assert.Equal(t, 12, seen)
}

func TestAllOfNothing(t *testing.T) {
	var none *inspect.Snapshot
	for _, s := range []*inspect.Snapshot{none, {}, {Nodes: []*inspect.Node{nil}}} {
		for range s.All() {
			t.Fatal("a node in an empty snapshot")
		}
	}
}

func TestAllOfADeepTree(t *testing.T) {
	last := -1
	for depth, n := range chain(large() / 10).All() {
		if depth != last+1 || n.Index != depth+1 {
			t.Fatal(depth, n.Index)
		}
		last = depth
	}
	assert.Equal(t, large()/10-1, last)
}

func TestFind(t *testing.T) {
	s := crawl()
	assert.Equal(t, "1/4", s.Find("reader").ID)
	assert.Nil(t, s.Find("writer"))
	s.Nodes = append(s.Nodes, &inspect.Node{ID: "9", Name: "reader"})
	assert.Equal(t, "1/4", s.Find("reader").ID, "the first of several")
	var none *inspect.Snapshot
	assert.Nil(t, none.Find("reader"))
}

func TestStat(t *testing.T) {
	db := crawl().Resources[2]
	assert.Equal(t, 2, db.Stat("held"))
	assert.Equal(t, 0, db.Stat("free"))
	assert.Equal(t, 0, db.Stat("getting"))
	var none *inspect.Resource
	assert.Equal(t, 0, none.Stat("held"))
}
