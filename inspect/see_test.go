package inspect_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

// tick is the shortest time.
const tick = time.Nanosecond

// see runs program in a bubble, as a task of that name of a group "g" that a
// monitor of its own sees, and returns the snapshot of a second later, taken
// outside of the task. The program is canceled then, and must have left nothing.
func see(t *testing.T, program func(ctx context.Context, g *taskgroup.Group), opts ...inspect.Option) (s *inspect.Snapshot) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := inspect.New(opts...)
		defer m.Close()
		ctx, cancel := context.WithCancel(m.Context(t.Context()))
		defer cancel()
		g := taskgroup.New(ctx, taskgroup.WithName("g"))
		g.Go(func(ctx context.Context) error {
			program(ctx, g)
			return nil
		}, taskgroup.Named("program"))
		time.Sleep(time.Second)
		synctest.Wait()
		s = m.Snapshot()
		cancel()
		_ = g.Wait()
		time.Sleep(time.Minute) // for what ignores it
		synctest.Wait()
		assert.Empty(t, m.Snapshot().Nodes, "something is left in the tree")
	})
	return s
}

// find returns the node of that name, which must be there.
func find(t *testing.T, s *inspect.Snapshot, name string) *inspect.Node {
	t.Helper()
	n := s.Find(name)
	if n == nil {
		t.Fatalf("no node %q in\n%s", name, s)
	}
	return n
}

// names are those of the children of a node.
func names(nodes []*inspect.Node) (all []string) {
	for _, n := range nodes {
		all = append(all, n.Name)
	}
	return all
}

// goexit ends the goroutine; it is a variable so that what follows is reachable.
var goexit = runtime.Goexit

// quiet drops what is logged: panics of tasks are.
func quiet(t *testing.T) {
	t.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// plain is a node as JSON has it, without what it knows besides.
func plain(t *testing.T, n *inspect.Node) string {
	t.Helper()
	text, err := json.MarshalIndent(n, "", " ")
	assert.NoError(t, err)
	return string(text)
}
