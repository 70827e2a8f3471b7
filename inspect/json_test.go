package inspect_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
)

// whole is a snapshot with every field of every struct set.
func whole() *inspect.Snapshot {
	wait := inspect.Wait{What: inspect.WaitKeyed, Name: "hosts", Key: "go.dev", N: 2, Node: "3", Age: ms, Left: 2 * ms}
	return &inspect.Snapshot{
		Time: at,
		Nodes: []*inspect.Node{{
			ID: "1", Kind: inspect.KindGroup, Name: "g", Index: -1, TaskID: 7, Func: "main.f", Site: "main.go:8",
			State: inspect.StateJoining, Age: 3 * ms, Daemon: true, Shielded: true,
			Waits: []inspect.Wait{wait}, Holds: []inspect.Wait{wait}, Cause: "stop", Deadline: at.Add(ms),
			Counts: &inspect.Counts{Limit: 1, Running: 2, Queued: 3, Blocked: 4, Begun: 5, Ended: 6, Failed: 7, Cancelled: 8, Total: 9},
			Error:  "boom",
			Children: []*inspect.Node{
				{ID: "1/0", Kind: inspect.KindTask, State: inspect.StateQueued},
			},
			Hidden: 4,
			Stack:  []inspect.Frame{{Func: "main.f", File: "/app/main.go", Line: 12}},
		}},
		Resources: []*inspect.Resource{{Kind: "lock", Name: "l", Stats: []inspect.Stat{{Name: "held", Value: 1}}}},
		Unseen:    []*inspect.Unseen{{Name: "u", Func: "main.u", Site: "main.go:9", Error: "failed", Age: ms}},
		Totals: []*inspect.Total{{
			Kind: inspect.KindGroup, Name: "g", Opened: 1, Open: 2, Begun: 3, Ended: 4, Failed: 5, Cancelled: 6, Panicked: 7, Busy: 8,
		}},
	}
}

func TestJSON(t *testing.T) {
	for name, s := range map[string]*inspect.Snapshot{"whole.json": whole(), "crawl.json": crawl()} {
		got, err := json.MarshalIndent(s, "", "\t")
		require.NoError(t, err)
		assertGolden(t, name, string(got)+"\n")
	}
}

// Nothing is missing in whole: otherwise a key would not be compared.
func TestWholeSetsEveryField(t *testing.T) {
	var look func(path string, v reflect.Value)
	look = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			look(path, v.Elem())
		case reflect.Slice:
			look(path+"[0]", v.Index(0))
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				assert.False(t, v.IsZero(), path)
				return
			}
			for field, value := range v.Fields() {
				if field.IsExported() {
					assert.False(t, value.IsZero(), path+"."+field.Name)
					if !strings.HasSuffix(path, ".Children[0]") && !value.IsZero() {
						look(path+"."+field.Name, value)
					}
				}
			}
		}
	}
	s := whole()
	children := s.Nodes[0].Children
	s.Nodes[0].Children = []*inspect.Node{whole().Nodes[0]}
	s.Nodes[0].Children[0].Children = children
	look("Snapshot", reflect.ValueOf(s))
}

func TestJSONRoundTrip(t *testing.T) {
	for _, s := range []*inspect.Snapshot{whole(), crawl(), {}} {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		back := new(inspect.Snapshot)
		require.NoError(t, json.Unmarshal(text, back))
		assert.Equal(t, s, back)
	}
}

func TestJSONHasNoHTML(t *testing.T) {
	const evil = "</script><script>&\u2028"
	s := &inspect.Snapshot{Nodes: []*inspect.Node{{
		ID: evil, Name: evil, Func: evil, Site: evil, Cause: evil, Error: evil, Waits: []inspect.Wait{{Name: evil, Key: evil}},
	}}}
	text, err := json.Marshal(s)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "<")
	assert.NotContains(t, string(text), "&")
	back := new(inspect.Snapshot)
	require.NoError(t, json.Unmarshal(text, back))
	assert.Equal(t, s, back)
}
