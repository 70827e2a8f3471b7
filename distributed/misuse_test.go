package distributed_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
)

func TestMisusePanics(t *testing.T) {
	c := one.up(t).client(t, distributed.Config{})
	ctx := within(t, time.Minute)
	q, err := distributed.OpenQueue(ctx, c, "keys", distributed.QueueConfig[string]{Key: func(v string) string { return v }})
	require.NoError(t, err)
	require.NoError(t, q.Put(ctx, "a"))
	it := get(t, q)
	v := openVariable(t, c)
	sem := openSemaphore(t, c, 1)
	handler := distributed.Handle("f", double)
	for name, f := range map[string]func(){
		"an empty name":              func() { _ = distributed.Func[int, int](c, "") },
		"a dot at the end":           func() { _ = distributed.Func[int, int](c, "a.") },
		"a dot at the start":         func() { _ = distributed.Func[int, int](c, ".a") },
		"two dots":                   func() { _ = distributed.Func[int, int](c, "a..b") },
		"a foreign letter":           func() { _, _ = distributed.OpenVariable[int](ctx, c, "ä") },
		"a space":                    func() { _, _ = distributed.OpenSemaphore(ctx, c, "a b", 1) },
		"a long name":                func() { _, _ = distributed.OpenQueue(ctx, c, strings.Repeat("x", 101), distributed.QueueConfig[int]{}) },
		"a namespace with a dot":     func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Namespace: "a.b"}) },
		"a long namespace":           func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Namespace: strings.Repeat("x", 33)}) },
		"a short lease":              func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Lease: 999 * time.Millisecond}) },
		"an odd lease":               func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Lease: time.Second + 1}) },
		"a negative grace":           func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Grace: -1}) },
		"six replicas":               func() { _, _ = distributed.Connect(ctx, "", distributed.Config{Replicas: 6}) },
		"a short window":             func() { _, _ = distributed.OpenQueue(ctx, c, "q", distributed.QueueConfig[int]{Window: 1}) },
		"nine levels":                func() { _, _ = distributed.OpenQueue(ctx, c, "q", distributed.QueueConfig[int]{Levels: 9}) },
		"negative levels":            func() { _, _ = distributed.OpenQueue(ctx, c, "q", distributed.QueueConfig[int]{Levels: -1}) },
		"a negative delay":           func() { _ = q.PutAfter(ctx, -1, "b") },
		"a negative pause":           func() { _ = it.Retry(-1) },
		"Fail(nil)":                  func() { _ = it.Fail(nil) },
		"Do(nil)":                    func() { _ = it.Do(ctx, nil) },
		"a long key":                 func() { _ = q.Put(ctx, strings.Repeat("x", 1025)) },
		"a key with a line break":    func() { _ = q.TryPut(done(), "a\nb") }, // before the context
		"a key in a batch":           func() { _, _ = q.PutBatch(ctx, []string{"a\rb"}) },
		"Put of dead letters":        func() { _ = q.DeadLetters().Put(ctx, "a") },
		"TryPut of dead letters":     func() { _ = q.DeadLetters().TryPut(ctx, "a") },
		"PutBatch of dead letters":   func() { _, _ = q.DeadLetters().PutBatch(ctx, nil) },
		"Shutdown of dead letters":   func() { _ = q.DeadLetters().Shutdown(ctx) },
		"ShutdownNow of them":        func() { _ = q.DeadLetters().ShutdownNow(ctx) },
		"DeadLetters of them":        func() { q.DeadLetters().DeadLetters() },
		"Serve with no limit":        func() { _ = distributed.Serve(done(), c, 0, handler) },
		"Serve with no handler":      func() { _ = distributed.Serve(ctx, c, 1) },
		"Serve with two of a name":   func() { _ = distributed.Serve(ctx, c, 1, handler, handler) },
		"Serve with a zero Handler":  func() { _ = distributed.Serve(ctx, c, 1, distributed.Handler{}) },
		"Handle(nil)":                func() { _ = distributed.Handle[int, int]("f", nil) },
		"Memo with a short keep":     func() { _ = distributed.Memo[int, int](c, "f", time.Millisecond, func(int) string { return "" }) },
		"Memo without a key":         func() { _ = distributed.Memo[int, int](c, "f", time.Second, nil) },
		"no permits":                 func() { _, _ = distributed.OpenSemaphore(ctx, c, "s", 0) },
		"too many permits":           func() { _, _ = distributed.OpenSemaphore(ctx, c, "s", 4097) },
		"Semaphore.Do(nil)":          func() { _ = sem.Do(ctx, nil) },
		"Update(nil)":                func() { _, _ = v.Update(ctx, nil) },
		"Listen without a token":     func() { _, _ = embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0"}) },
		"Listen for all without TLS": func() { _, _ = embedded.Start(ctx, embedded.Config{Listen: ":0", Token: "t"}) },
		"Listen beyond loopback":     func() { _, _ = embedded.Start(ctx, embedded.Config{Listen: "192.0.2.1:0", Token: "t"}) },
	} {
		t.Run(name, func(t *testing.T) { assertMisuse(t, f) })
	}
	require.NoError(t, it.Context().Err(), "nothing has happened")
	require.NoError(t, it.Done())
	require.NoError(t, q.Join(ctx))
}

func TestKindsAndNamespacesDoNotClash(t *testing.T) {
	s := one.up(t)
	ctx := within(t, time.Minute)
	for range 2 {
		c := s.client(t, distributed.Config{})
		serve(t, c, 1, distributed.Handle("a.b", double))
		q, err := distributed.OpenQueue(ctx, c, "a.b", distributed.QueueConfig[string]{})
		require.NoError(t, err)
		other, err := distributed.OpenQueue(ctx, c, "a-b", distributed.QueueConfig[string]{MaxSize: 7})
		require.NoError(t, err)
		sem, err := distributed.OpenSemaphore(ctx, c, "a.b", 1)
		require.NoError(t, err)
		v, err := distributed.OpenVariable[string](ctx, c, "a.b")
		require.NoError(t, err)
		require.NoError(t, q.Put(ctx, "item"))
		require.NoError(t, v.Set(ctx, "value"))
		p := acquire(t, sem)
		n, err := distributed.Func[int, int](c, "a.b")(ctx, 2)
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, []string{"item"}, drain(t, q, 1))
		left, err := other.Unfinished(ctx)
		require.NoError(t, err)
		require.Zero(t, left)
		require.EqualValues(t, 1, p.Token())
	}
}

func TestAKeyFunctionThatPanicsPassesThrough(t *testing.T) {
	c := one.up(t).client(t, distributed.Config{})
	q := openQueue(t, c, distributed.QueueConfig[string]{Key: func(string) string { panic("key") }})
	require.PanicsWithValue(t, "key", func() { _ = q.Put(context.Background(), "a") })
	n, err := q.Unfinished(within(t, 10*time.Second))
	require.NoError(t, err)
	require.Zero(t, n)
}
