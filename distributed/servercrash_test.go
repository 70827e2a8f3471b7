//go:build unix

package distributed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/distributed/internal/servers"
	"example.com/asyncgo/taskgroup"
)

// childCluster is three servers, each a process.
type childCluster struct {
	*site
	settings []string
	servers  [3]*process
}

func newChildCluster(t *testing.T) *childCluster {
	t.Helper()
	ports, err := servers.FreePorts(6)
	require.NoError(t, err)
	var text, urls []string
	for i, port := range ports {
		text = append(text, strconv.Itoa(port))
		if i < 3 {
			urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", port))
		}
	}
	c := &childCluster{
		site:     &site{name: "children", urls: strings.Join(urls, ",")},
		settings: []string{"ASYNCGO_DIR=" + t.TempDir(), "ASYNCGO_PORTS=" + strings.Join(text, ",")},
	}
	for i := range 3 {
		c.run(t, i)
	}
	return c
}

func (c *childCluster) run(t *testing.T, i int) {
	t.Helper()
	c.servers[i] = start(t, "server", append(c.settings, "ASYNCGO_N="+strconv.Itoa(i))...)
	c.servers[i].await(t, "ready")
}

// leader is the number of the server that leads a stream.
func (c *childCluster) leader(t *testing.T, raw *nats.Conn, stream string) int {
	t.Helper()
	var number int
	require.Eventually(t, func() bool {
		m, err := raw.Request("$JS.API.STREAM.INFO."+stream, nil, time.Second)
		if err != nil {
			return false
		}
		var info struct {
			Cluster struct {
				Leader string `json:"leader"`
			} `json:"cluster"`
		}
		_ = json.Unmarshal(m.Data, &info)
		number, err = strconv.Atoi(strings.TrimPrefix(info.Cluster.Leader, "n"))
		return err == nil
	}, time.Minute, 100*time.Millisecond)
	return number
}

// tallyOf counts what is put and what is processed.
type tallyOf struct {
	over context.Context //nolint:containedctx // ends with the flow

	mu        sync.Mutex
	in        map[string]bool // acknowledged
	processed map[string]int
	unsettled map[string]bool   // a Done has failed
	held      map[string][]span // by its holders, from the hand-out to the answer to Done
	ends      []span            // of servers: when each was shut down, killed or stopped
	forgets   time.Duration     // what a server may forget that is killed alone
	last      time.Time         // when the last item was processed
	gap       time.Duration     // the longest time without one since the last longestGap
}

// span is a time from its begin to its end.
type span struct{ begin, end time.Time }

// await waits until n items have been processed.
func (seen *tallyOf) await(n int) {
	for seen.over.Err() == nil {
		seen.mu.Lock()
		done := len(seen.processed)
		seen.mu.Unlock()
		if done >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// watch gives up when no item has been processed for a while. How long all of
// them take depends on what else the machine does.
func (seen *tallyOf) watch(giveUp context.CancelCauseFunc) {
	const patience = 2 * time.Minute
	for taskgroup.Sleep(seen.over, time.Second) == nil {
		seen.mu.Lock()
		stalled := time.Since(seen.last) > patience
		seen.mu.Unlock()
		if stalled {
			giveUp(errors.New("no item has been processed for " + patience.String()))
		}
	}
}

// longestGap returns gap, and begins anew.
func (seen *tallyOf) longestGap() time.Duration {
	seen.mu.Lock()
	defer seen.mu.Unlock()
	gap := seen.gap
	seen.gap = 0
	return gap
}

// flow puts n items from 8 goroutines and consumes them in 8 others, while
// disturb disturbs it.
func flow(t *testing.T, c *distributed.Client, n int, disturb func(seen *tallyOf)) *tallyOf {
	t.Helper()
	q := openQueue(t, c, distributed.QueueConfig[string]{MaxSize: 1000, Key: func(v string) string { return v }})
	seen := &tallyOf{in: map[string]bool{}, processed: map[string]int{}, unsettled: map[string]bool{}, held: map[string][]span{}, last: time.Now()}
	ctx, giveUp := context.WithCancelCause(within(t, 25*time.Minute))
	defer giveUp(nil)
	seen.over = ctx
	go seen.watch(giveUp)
	consumed := make(chan error, 1)
	go func() {
		consumed <- taskgroup.Consume(ctx, 8, q.Items, func(_ context.Context, it *distributed.Item[string]) error {
			began := time.Now()
			err := it.Done()
			seen.mu.Lock()
			defer seen.mu.Unlock()
			seen.processed[it.Value]++
			seen.gap = max(seen.gap, time.Since(seen.last))
			seen.last = time.Now()
			if err != nil {
				seen.unsettled[it.Value] = true
			}
			seen.held[it.Value] = append(seen.held[it.Value], span{began, time.Now()})
			return nil
		})
	}()
	disturbed := make(chan struct{})
	go func() {
		defer close(disturbed)
		disturb(seen)
	}()
	var values []string
	for i := range n {
		values = append(values, strconv.Itoa(i))
	}
	require.NoError(t, taskgroup.ForEach(ctx, 8, slices.Values(values), func(ctx context.Context, v string) error {
		err := q.Put(ctx, v)
		if err == nil {
			seen.mu.Lock()
			seen.in[v] = true
			seen.mu.Unlock()
		}
		if errors.Is(err, distributed.ErrUnconfirmed) {
			return nil
		}
		return err
	}))
	<-disturbed
	require.NoError(t, q.Join(ctx))
	require.NoError(t, q.Shutdown(ctx))
	require.NoError(t, <-consumed)
	return seen
}

// check asserts that nothing acknowledged is lost, and that nothing is
// processed twice but what was not settled.
func (seen *tallyOf) check(t *testing.T) {
	t.Helper()
	lost, twice := 0, 0
	for v := range seen.in {
		if seen.processed[v] == 0 {
			lost++
		}
	}
	for v, n := range seen.processed {
		if n > 1 {
			twice++
			assert.True(t, seen.mayComeAgain(v), "%s was processed %d times, %v, though each Done was nil", v, n, seen.held[v])
		}
	}
	assert.Zero(t, lost, "acknowledged and never processed")
	t.Logf("%d acknowledged, %d lost, %d processed twice, %d not settled", len(seen.in), lost, twice, len(seen.unsettled))
}

// mayComeAgain reports that a Done of an item has failed, or was not confirmed
// when a server ended.
func (seen *tallyOf) mayComeAgain(v string) bool {
	for _, end := range seen.ends {
		if slices.ContainsFunc(seen.held[v], func(held span) bool {
			return held.begin.Before(end.end) && held.end.After(end.begin.Add(-seen.forgets))
		}) {
			return true
		}
	}
	return seen.unsettled[v]
}

// during records when a server ends.
func (seen *tallyOf) during(end func()) {
	began := time.Now()
	end()
	seen.mu.Lock()
	defer seen.mu.Unlock()
	seen.ends = append(seen.ends, span{began, time.Now()})
}

func TestLeadersDieInTheMiddleOfTenThousandItems(t *testing.T) {
	t.Parallel()
	cluster := newChildCluster(t)
	ns := newNamespace()
	lease := 20 * time.Second // more than twice what the cluster takes for a new leader
	c := cluster.client(t, distributed.Config{Namespace: ns, Lease: lease})
	raw := cluster.raw(t)
	n := 10_000
	if long {
		n = 100_000
	}
	sem := openSemaphore(t, c, 1)
	permit := acquire(t, sem)
	var outages []time.Duration
	seen := flow(t, c, n, func(seen *tallyOf) {
		disturb := func(at int, end func(p *process)) {
			seen.await(at)
			i := cluster.leader(t, raw, ns+"_q_jobs")
			seen.longestGap()
			seen.during(func() { end(cluster.servers[i]) })
			seen.await(at + n/8)
			outages = append(outages, seen.longestGap())
			cluster.run(t, i)
		}
		disturb(n/4, func(p *process) { // shut down
			_ = p.stdin.Close()
			_ = p.cmd.Wait()
		})
		disturb(n/2, func(p *process) { p.kill() })
	})
	seen.check(t)
	t.Logf("no item was settled for %v after a shutdown, %v after a kill", outages[0], outages[1])
	assert.Less(t, outages[1], time.Minute, "waits after a leader's death are bounded")
	assert.NoError(t, permit.Context().Err(), "the lease survives a leader's death")
	assert.NoError(t, permit.Release())

	// The whole cluster is killed, and comes back with its disks.
	q, err := distributed.OpenQueue(within(t, time.Minute), c, "more", distributed.QueueConfig[string]{})
	require.NoError(t, err)
	want := map[string]int{}
	for i := range 500 {
		v := strconv.Itoa(i)
		require.NoError(t, q.Put(within(t, time.Minute), v))
		want[v] = 1
	}
	held, err := distributed.OpenQueue(within(t, time.Minute), c, "held", distributed.QueueConfig[string]{})
	require.NoError(t, err)
	put(t, held, "x")
	it := get(t, held)
	permit = acquire(t, sem)
	for i := range 3 {
		cluster.servers[i].kill()
	}
	waiting := make(chan error, 1) // an operation meanwhile waits
	go func() { waiting <- q.Put(context.Background(), "meanwhile") }()
	time.Sleep(time.Second)
	for i := range 3 {
		cluster.run(t, i)
	}
	require.NoError(t, <-waiting)
	want["meanwhile"] = 1
	// On a busy machine that takes longer than a lease. What is lost comes back.
	if err := it.Done(); err != nil {
		assert.ErrorIs(t, err, distributed.ErrLeaseLost)
		require.NoError(t, get(t, held).Done())
	}
	require.NoError(t, held.Join(within(t, time.Minute)))
	if err := permit.Release(); err != nil {
		assert.ErrorIs(t, err, distributed.ErrLeaseLost)
	}
	next := acquire(t, sem)
	assert.Greater(t, next.Token(), permit.Token())
	assert.NoError(t, next.Release())
	require.NoError(t, q.Shutdown(within(t, time.Minute)))
	got := map[string]int{}
	for it := range q.Items(within(t, 2*time.Minute)) {
		got[it.Value]++
		require.NoError(t, it.Done())
	}
	assert.Equal(t, want, got)
}

func TestAnEmbeddedServerWithAFolderIsKilled(t *testing.T) {
	t.Parallel()
	ports, err := servers.FreePorts(1)
	require.NoError(t, err)
	address := fmt.Sprintf("127.0.0.1:%d", ports[0])
	settings := []string{"ASYNCGO_DIR=" + t.TempDir(), "ASYNCGO_LISTEN=" + address}
	run := func() *process {
		p := start(t, "embedded", settings...)
		p.await(t, "ready")
		return p
	}
	server := run()
	s := &site{urls: "nats://" + address}
	c := s.client(t, distributed.Config{Lease: 20 * time.Second})
	ctx := within(t, time.Minute)
	sem := openSemaphore(t, c, 2)
	permit := acquire(t, sem)
	held, err := distributed.OpenQueue(ctx, c, "held", distributed.QueueConfig[string]{})
	require.NoError(t, err)
	put(t, held, "a", "b")
	it := get(t, held)
	v := openVariable(t, c)
	require.NoError(t, v.Set(ctx, 42))
	n := 2000
	if long {
		n = 20_000
	}
	seen := flow(t, c, n, func(seen *tallyOf) {
		seen.forgets = time.Second
		for _, at := range []int{n / 4, n / 2} {
			seen.await(at)
			seen.during(server.kill)
			server = run()
		}
	})
	seen.check(t)
	assert.NoError(t, it.Context().Err(), "leases go on")
	assert.NoError(t, it.Done())
	assert.Equal(t, []string{"b"}, drain(t, held, 1))
	require.NoError(t, held.Join(within(t, time.Minute)))
	assert.NoError(t, permit.Context().Err())
	next := acquire(t, sem)
	assert.Greater(t, next.Token(), permit.Token())
	assert.NotEqual(t, next.Slot(), permit.Slot())
	assert.NoError(t, permit.Release())
	assert.NoError(t, next.Release())
	value, err := v.Get(within(t, time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 42, value)
}

// The lease of an item that has waited for longer than one, and was handed out
// just before the server is restarted.
func TestWhatHasWaitedForLongIsHeldOverARestart(t *testing.T) {
	t.Parallel()
	ctx := within(t, 2*time.Minute)
	ports, err := servers.FreePorts(1)
	require.NoError(t, err)
	cfg := embedded.Config{Dir: t.TempDir(), Listen: fmt.Sprintf("127.0.0.1:%d", ports[0]), Token: testToken}
	server, err := embedded.Start(ctx, cfg)
	require.NoError(t, err)
	s := &site{urls: server.URL()}
	ns := newNamespace()
	c := s.client(t, distributed.Config{Namespace: ns, Lease: testLease})
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	put(t, q, "a")
	time.Sleep(testLease + time.Second)
	it := get(t, q)
	_, err = q.Unfinished(ctx) // behind its sign of life
	require.NoError(t, err)
	time.Sleep(testLease / 20) // which the server takes up in another goroutine
	require.NoError(t, server.Close(ctx))
	server, err = embedded.Start(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	other := openQueue(t, s.client(t, distributed.Config{Namespace: ns, Lease: testLease}), distributed.QueueConfig[string]{})
	_, err = other.Get(within(t, 2*time.Second))
	assert.ErrorIs(t, err, context.DeadlineExceeded, "it is held by one at a time")
	assert.NoError(t, it.Done())
	assert.NoError(t, other.Join(ctx))
	closeClient(t, c)
}

// The caller gives up while the server is away.
func TestACallIsTakenBackWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	ctx := within(t, 2*time.Minute)
	ports, err := servers.FreePorts(1)
	require.NoError(t, err)
	cfg := embedded.Config{Dir: t.TempDir(), Listen: fmt.Sprintf("127.0.0.1:%d", ports[0]), Token: testToken}
	server, err := embedded.Start(ctx, cfg)
	require.NoError(t, err)
	s := &site{urls: server.URL()}
	ns := newNamespace()
	c := s.client(t, distributed.Config{Namespace: ns, Lease: 20 * time.Second})
	call := distributed.Func[int, int](c, "double")
	callCtx, cancel := context.WithCancel(ctx)
	called := make(chan error, 1)
	go func() {
		_, err := call(callCtx, 1)
		called <- err
	}()
	raw := s.raw(t)
	stored := func() bool { return messages(raw, ns+"_calls") == 1 }
	require.Eventually(t, stored, 30*time.Second, 50*time.Millisecond)
	require.NoError(t, server.Close(ctx))
	cancel()
	assert.ErrorIs(t, <-called, context.Canceled)
	time.Sleep(2 * time.Second)
	server, err = embedded.Start(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	raw = s.raw(t)
	require.Eventually(t, func() bool { return messages(raw, ns+"_calls") == 0 }, 30*time.Second, 50*time.Millisecond, "it never runs")
	closeClient(t, c)
}

func TestAnEmbeddedServerWithAFolderIsRestarted(t *testing.T) {
	t.Parallel()
	ctx := within(t, 2*time.Minute)
	dir := t.TempDir()
	ports, err := servers.FreePorts(1)
	require.NoError(t, err)
	cfg := embedded.Config{Dir: dir, Listen: fmt.Sprintf("127.0.0.1:%d", ports[0]), Token: testToken}
	server, err := embedded.Start(ctx, cfg)
	require.NoError(t, err)
	s := &site{urls: server.URL()}
	var log events
	c := s.client(t, distributed.Config{Lease: 10 * time.Second, Logger: log.logger()})
	q := openQueue(t, c, distributed.QueueConfig[string]{Key: func(v string) string { return v }})
	put(t, q, "held", "a", "b")
	held := get(t, q)
	sem := openSemaphore(t, c, 2)
	permit := acquire(t, sem)
	v := openVariable(t, c)
	require.NoError(t, v.Set(ctx, 42))

	require.NoError(t, server.Close(ctx))
	log.await(t, "distributed: connection lost")
	_, err = q.Get(within(t, 500*time.Millisecond)) // waits, and says for what
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	waiting := make(chan error, 1)
	go func() { waiting <- q.Put(context.Background(), "c") }()
	server, err = embedded.Start(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	require.NoError(t, <-waiting)
	log.await(t, "distributed: connection back")

	assert.NoError(t, held.Context().Err(), "leases go on")
	assert.NoError(t, held.Done())
	put(t, q, "a", "held") // their keys are remembered: of an item that is there, and of one that is done since
	assert.Equal(t, []string{"a", "b", "c"}, drain(t, q, 3))
	require.NoError(t, q.Join(within(t, time.Minute)))
	assert.NoError(t, permit.Context().Err())
	next := acquire(t, sem)
	assert.Greater(t, next.Token(), permit.Token(), "also over restarts")
	assert.NotEqual(t, next.Slot(), permit.Slot())
	assert.NoError(t, permit.Release())
	assert.NoError(t, next.Release())
	n, err := v.Get(ctx)
	require.NoError(t, err)
	assert.Equal(t, 42, n)
	closeClient(t, c)
}

// A leader that stands still is replaced, and does no harm when it goes on.
func TestALeaderThatStandsStill(t *testing.T) {
	t.Parallel()
	cluster := newChildCluster(t)
	ns := newNamespace()
	c := cluster.client(t, distributed.Config{Namespace: ns, Lease: 30 * time.Second}) // more than twice what it takes
	raw := cluster.raw(t)
	n := 2000
	if long {
		n = 20_000
	}
	permit := acquire(t, openSemaphore(t, c, 1))
	var outage time.Duration
	seen := flow(t, c, n, func(seen *tallyOf) {
		seen.await(n / 4)
		p := cluster.servers[cluster.leader(t, raw, ns+"_q_jobs")]
		seen.longestGap()
		seen.during(func() { assert.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP)) })
		seen.await(n / 2)
		outage = seen.longestGap()
		assert.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
	})
	seen.check(t)
	t.Logf("no item was settled for %v", outage)
	assert.NoError(t, permit.Context().Err())
	assert.NoError(t, permit.Release())
}
