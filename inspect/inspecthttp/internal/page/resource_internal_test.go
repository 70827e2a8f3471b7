package page

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

func TestResources(t *testing.T) {
	var nodes []*inspect.Node
	for i := range 7 {
		nodes = append(nodes, &inspect.Node{
			ID: strconv.Itoa(i), Kind: inspect.KindTask, Index: i, State: inspect.StateWaiting,
			Waits: []inspect.Wait{{What: inspect.WaitSemaphore, Name: "db"}},
		})
	}
	nodes[0].Holds = []inspect.Wait{{What: inspect.WaitSemaphore, Name: "db"}}
	page := render(t, &inspect.Snapshot{Nodes: nodes, Resources: []*inspect.Resource{
		{Kind: "queue", Name: "jobs", Stats: []inspect.Stat{{Name: "len", Value: 3}, {Name: "cap", Value: 12_000}}},
		{Kind: "semaphore", Name: "db", Stats: []inspect.Stat{{Name: "limit", Value: 3}, {Name: "held", Value: 1}, {Name: "waiting", Value: 7}}},
		{Kind: "semaphore", Name: "db"}, // another one
	}})
	assert.Equal(t, []string{
		"queue jobs len 3 cap 12 000",
		"semaphore db limit 3 held 1 waiting 7 held by #0 awaited by #0, #1, #2, #3, #4, 2 more",
		"semaphore db",
	}, parts(t, page, "resources", item))
	anchor := resourceAnchor(&inspect.Resource{Kind: "semaphore", Name: "db"})
	assert.Equal(t, 1, strings.Count(page, `id="`+anchor+`"`))
	assert.Equal(t, 1, strings.Count(page, `id="`+anchor+`-2"`))
	assert.Equal(t, 8, strings.Count(page, `href="#`+anchor+`"`), "the first of a name gets the links")
}

func TestHowFullAResourceIs(t *testing.T) {
	of := func(kind string, stats ...inspect.Stat) int { return part(&inspect.Resource{Kind: kind, Stats: stats}) }
	assert.Equal(t, 50, of("semaphore", inspect.Stat{Name: "limit", Value: 2}, inspect.Stat{Name: "held", Value: 1}))
	assert.Equal(t, 100, of("queue", inspect.Stat{Name: "len", Value: 9}, inspect.Stat{Name: "cap", Value: 3}), "its bound was lowered")
	assert.Equal(t, 0, of("barrier", inspect.Stat{Name: "parties", Value: 3}))
	assert.Equal(t, -1, of("queue", inspect.Stat{Name: "len", Value: 9}), "it has no bound")
	assert.Equal(t, -1, of("lock", inspect.Stat{Name: "held", Value: 1}))
}
