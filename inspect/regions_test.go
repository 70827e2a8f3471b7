package inspect_test

import (
	"bytes"
	"context"
	"runtime/trace"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/taskgroup"
)

func tracedProgram(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			_, err := taskgroup.Gather(ctx, one, one)
			return err
		}, taskgroup.Named("task of "+name))
		return nil
	}, taskgroup.WithName("group "+name))
	assert.NoError(t, err)
}

// A trace has what begins while it runs, and nothing else.
func TestRegions(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("a trace is running")
	}
	m := inspect.New(inspect.WithRegions())
	defer m.Close()
	ctx := m.Context(t.Context())
	tracedProgram(ctx, t, "before")
	var out bytes.Buffer
	assert.NoError(t, trace.Start(&out))
	tracedProgram(ctx, t, "meanwhile")
	trace.Stop()
	tracedProgram(ctx, t, "after")
	for _, name := range []string{"group meanwhile", "task of meanwhile", "Gather", "inspect_test.one"} {
		assert.True(t, bytes.Contains(out.Bytes(), []byte(name)), name)
	}
	for _, name := range []string{"group before", "group after", "task of after"} {
		assert.False(t, bytes.Contains(out.Bytes(), []byte(name)), name)
	}
}

// A flight recorder is a trace, too.
func TestRegionsOfAFlightRecorder(t *testing.T) {
	m := inspect.New(inspect.WithRegions())
	defer m.Close()
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	assert.NoError(t, recorder.Start())
	defer recorder.Stop()
	tracedProgram(m.Context(t.Context()), t, "recorded")
	var out bytes.Buffer
	_, err := recorder.WriteTo(&out)
	assert.NoError(t, err)
	assert.True(t, bytes.Contains(out.Bytes(), []byte("task of recorded")))
}

// What has begun before the trace has no region, and its end is no error.
func TestRegionsAcrossTheBorders(t *testing.T) {
	m := inspect.New(inspect.WithRegions())
	defer m.Close()
	var out bytes.Buffer
	err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		assert.NoError(t, trace.Start(&out))
		g.Go(func(context.Context) error {
			trace.Stop()
			return nil
		}, taskgroup.Named("crosses"))
		return nil
	}, taskgroup.WithName("began before"))
	assert.NoError(t, err)
	assert.True(t, bytes.Contains(out.Bytes(), []byte("crosses")))
	assert.False(t, bytes.Contains(out.Bytes(), []byte("began before")))
}
