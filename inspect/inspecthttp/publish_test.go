package inspecthttp_test

import (
	"context"
	"encoding/json"
	"expvar"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

var names atomic.Int64

// fresh returns a name that nothing has been published by yet, however often the
// tests run.
func fresh(t *testing.T) string {
	t.Helper()
	return fmt.Sprint(t.Name(), names.Add(1))
}

func read(t *testing.T, name string) (v struct {
	Totals    []*inspect.Total
	Resources []*inspect.Resource
},
) {
	t.Helper()
	require.NotNil(t, expvar.Get(name))
	require.NoError(t, json.Unmarshal([]byte(expvar.Get(name).String()), &v))
	return v
}

func TestPublish(t *testing.T) {
	m, name := monitor(t), fresh(t)
	inspecthttp.Publish(name, m)
	assert.JSONEq(t, `{"totals":[],"resources":[]}`, expvar.Get(name).String())

	db := semaphore.New(1).Named("db")
	err := taskgroup.Run(m.Context(t.Context()), func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error {
			return db.Do(ctx, func(context.Context) error {
				if v := read(t, name); assert.Len(t, v.Resources, 1) {
					assert.Equal(t, 1, v.Resources[0].Stat("held"))
				}
				return nil
			})
		})
		return nil
	}, taskgroup.WithName("crawl"))
	require.NoError(t, err)
	v := read(t, name)
	require.Len(t, v.Totals, 1)
	assert.Equal(t, "crawl", v.Totals[0].Name)
	assert.Equal(t, uint64(1), v.Totals[0].Ended)
}

func TestPublishTheDefaultMonitor(t *testing.T) {
	inspect.SetDefault(nil)
	name := fresh(t)
	inspecthttp.Publish(name, nil)
	assert.JSONEq(t, `{"totals":[],"resources":[]}`, expvar.Get(name).String(), "there is none")

	inspect.SetDefault(monitor(t))
	defer inspect.SetDefault(nil)
	require.NoError(t, taskgroup.Run(t.Context(), func(context.Context, *taskgroup.Group) error { return nil }, taskgroup.WithName("crawl")))
	v := read(t, name)
	require.Len(t, v.Totals, 1)
	assert.Equal(t, "crawl", v.Totals[0].Name)
}

func TestATakenNameIsMisuse(t *testing.T) {
	m, taken := monitor(t), fresh(t)
	expvar.NewInt(taken)
	for _, name := range []string{taken, "cmdline"} {
		assert.ErrorContains(t, misused(t, func() { inspecthttp.Publish(name, m) }), name)
	}
}

func TestTheZeroMonitorIsMisuse(t *testing.T) {
	var m inspect.Monitor
	assert.Error(t, misused(t, func() { inspecthttp.Publish(t.Name(), &m) }))
	assert.Nil(t, expvar.Get(t.Name()))
	assert.Error(t, misused(t, func() { inspecthttp.Handler(&m) }))
}

// misused calls f, which must panic with an error that wraps ErrMisuse.
func misused(t *testing.T, f func()) (err error) {
	t.Helper()
	defer func() {
		err, _ = recover().(error)
		assert.ErrorIs(t, err, inspect.ErrMisuse)
	}()
	f()
	return nil
}
