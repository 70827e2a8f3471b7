//go:build unix

package distributed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/internal/servers"
)

// jumping builds this test's binary with a standard library in which the wall
// clock of a process can be moved, and returns its name.
func jumping(t *testing.T) string {
	t.Helper()
	if !long {
		t.Skip("it compiles the standard library anew: only with ASYNCGO_LONG")
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	original := filepath.Join(runtime.GOROOT(), "src", "time", "time.go") //nolint:staticcheck // the one that compiles this test
	text, err := os.ReadFile(original)
	require.NoError(t, err)
	const now = "sec, nsec, mono := runtimeNow()\n"
	require.Contains(t, string(text), now, "this version of Go reads its clock elsewhere")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		original: write("time.go", strings.Replace(string(text), now, now+"\tsec += jumped.Load()\n", 1)),
		filepath.Join(filepath.Dir(original), "jump.go"): write("jump.go", `package time

import "sync/atomic"

var jumped atomic.Int64

// Jump moves the wall clock by whole seconds.
func Jump(d Duration) { jumped.Add(int64(d / Second)) }
`),
	}})
	require.NoError(t, err)
	binary := filepath.Join(dir, "jumping.test")
	out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", binary, "-tags", "clockjump",
		"-overlay", write("overlay.json", string(overlay)), ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

// jump moves the clock of a child.
func (p *process) jump(t *testing.T, d time.Duration) {
	t.Helper()
	_, err := fmt.Fprintln(p.stdin, d)
	require.NoError(t, err)
	p.await(t, "jumped")
}

// A process reckons by its monotonic clock. What it holds stays its own while
// its clock jumps.
func TestAClockOfAClientThatJumps(t *testing.T) {
	binary := jumping(t)
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		r := newResource(t, 1)
		c := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
		q, sem := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 1)
		put(t, q, "a")
		holder := startBinary(t, binary, "hold", append(s.settings(ns, crashLease), "ASYNCGO_N=1")...)
		holder.await(t, "held")
		other := startBinary(t, binary, "permit", append(s.settings(ns, crashLease), "ASYNCGO_N=1", "ASYNCGO_KEEP=1", "ASYNCGO_RESOURCE="+r.address)...)
		other.await(t, "acquired")
		for _, d := range []time.Duration{time.Hour, -2 * time.Hour} {
			holder.jump(t, d)
			other.jump(t, d)
			_, err := q.Get(within(t, crashLease+crashLease/2))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			_, err = sem.TryAcquire(within(t, time.Minute))
			assert.ErrorIs(t, err, distributed.ErrFull)
			assert.Empty(t, holder.lines, "its item is still its own")
			assert.Empty(t, other.lines, "its permit is still its own")
		}
		holder.kill()
		other.kill()
		require.NoError(t, get(t, q).Done())
		require.NoError(t, acquire(t, sem).Release())
	})
}

// A server whose clock jumps may end a lease too early or too late, but nothing
// is lost, and everything goes on.
func TestAClockOfAServerThatJumps(t *testing.T) {
	t.Parallel()
	binary := jumping(t)
	ports, err := servers.FreePorts(1)
	require.NoError(t, err)
	address := fmt.Sprintf("127.0.0.1:%d", ports[0])
	server := startBinary(t, binary, "embedded", "ASYNCGO_DIR="+t.TempDir(), "ASYNCGO_LISTEN="+address)
	server.await(t, "ready")
	s := &site{urls: "nats://" + address}
	ns := newNamespace()
	c := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
	ctx := within(t, 5*time.Minute)
	q, sem, v := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 1), openVariable(t, c)
	serve(t, c, 1, distributed.Handle("double", double))
	for _, d := range []time.Duration{time.Hour, -2 * time.Hour, time.Hour} {
		put(t, q, "a", "b", "c")
		held, permit := get(t, q), acquire(t, sem)
		server.jump(t, d)
		put(t, q, "d")
		require.NoError(t, q.PutAfter(ctx, time.Second, "later")) // what is delayed before waits until its clock is there again
		err := held.Done()
		if err != nil {
			assert.ErrorIs(t, err, distributed.ErrLeaseLost)
		}
		seen := map[string]bool{held.Value: true}
		for len(seen) < 5 {
			it := get(t, q)
			seen[it.Value] = true
			require.NoError(t, it.Done())
		}
		assert.Equal(t, map[string]bool{"a": true, "b": true, "c": true, "d": true, "later": true}, seen, d)
		require.NoError(t, q.Join(ctx))
		if err := permit.Release(); err != nil {
			assert.ErrorIs(t, err, distributed.ErrLeaseLost)
		}
		require.NoError(t, acquire(t, sem).Release())
		n, err := distributed.Func[int, int](c, "double")(ctx, 21)
		require.NoError(t, err)
		assert.Equal(t, 42, n)
		require.NoError(t, v.Set(ctx, n))
		n, err = v.Get(ctx)
		require.NoError(t, err)
		assert.Equal(t, 42, n)

		// What is put from now on has the lease that it should have.
		put(t, q, "held")
		dying := start(t, "hold", append(s.settings(ns, crashLease), "ASYNCGO_N=1")...)
		dying.await(t, "held")
		dying.kill()
		killed := time.Now()
		require.NoError(t, get(t, q).Done())
		assert.Less(t, time.Since(killed), crashLease+time.Second+busy)
	}
}
