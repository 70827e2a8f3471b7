//go:build unix

package distributed_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
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
)

// long is the mode that takes a quarter of an hour.
var long = os.Getenv("ASYNCGO_LONG") != ""

const (
	// signLease is of the tests that look at single signs of life: a busy machine
	// delays them.
	signLease = 5 * time.Second
	// busy is what a machine that others use may add to a time.
	busy = 3 * time.Second
)

// signs records when signs of life go by.
type signs struct {
	mu   sync.Mutex
	seen []time.Time
}

// listen records each message on subject, with a payload that begins with word.
func (r *signs) listen(t *testing.T, s *site, subject, word string) {
	t.Helper()
	_, err := s.raw(t).Subscribe(subject, func(m *nats.Msg) {
		if strings.HasPrefix(string(m.Data), word) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.seen = append(r.seen, time.Now())
		}
	})
	require.NoError(t, err)
}

// last returns how many there have been, and when the last was.
func (r *signs) last() (n int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) == 0 {
		return 0, time.Time{}
	}
	return len(r.seen), r.seen[len(r.seen)-1]
}

// killLate kills a process at the worst time, just before its next sign of life
// is due, and returns the times before and after that.
func (r *signs) killLate(t *testing.T, p *process) (before, after time.Time) {
	t.Helper()
	for {
		n, _ := r.last()
		require.Eventually(t, func() bool { now, _ := r.last(); return now > n }, time.Minute, time.Millisecond)
		_, sign := r.last()
		time.Sleep(time.Until(sign.Add(signLease / 5))) // it sends one each quarter of a lease
		before = time.Now()
		if _, sign = r.last(); before.Sub(sign) > signLease/3 {
			continue // this process, or that one, stood still
		}
		p.kill()
		return before, time.Now()
	}
}

// comesBack asserts that what a process held that was killed between two times
// is free after two thirds of a lease, and before a lease and a second.
func comesBack(t *testing.T, before, after time.Time) {
	t.Helper()
	t.Logf("free after %v, with a lease of %v", time.Since(after), signLease)
	assert.Greater(t, time.Since(before), signLease*2/3)
	assert.Less(t, time.Since(after), signLease+time.Second+busy)
}

func TestItemsOfAKilledProcessComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns, Lease: signLease}), distributed.QueueConfig[string]{})
		const n = 10
		for i := range n {
			put(t, q, fmt.Sprint(i))
		}
		holder := start(t, "hold", append(s.settings(ns, signLease), "ASYNCGO_N="+strconv.Itoa(n))...)
		for range n {
			holder.await(t, "held")
		}
		var alive signs
		alive.listen(t, s, "$JS.ACK."+ns+"_q_jobs.>", "+WPI")
		_, err := q.Get(within(t, signLease+signLease/2)) // it is alive, so it keeps them
		require.ErrorIs(t, err, context.DeadlineExceeded)
		total, _ := alive.last()
		assert.GreaterOrEqual(t, total, 4*n, "signs of life in one and a half leases")
		before, after := alive.killLate(t, holder)
		for range n {
			it := get(t, q)
			assert.Equal(t, 2, it.Attempt)
			comesBack(t, before, after)
			require.NoError(t, it.Done())
		}
	})
}

// An item that kills its workers does not do so for ever.
func TestAnItemThatKillsItsWorkersBecomesADeadLetter(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		lease := time.Second
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns, Lease: lease}), distributed.QueueConfig[string]{Attempts: 2})
		put(t, q, "a")
		for range 2 {
			holder := start(t, "hold", append(s.settings(ns, lease), "ASYNCGO_N=1")...)
			holder.await(t, "held")
			holder.kill()
		}
		got := make(chan error, 1)
		ctx, cancel := context.WithCancel(within(t, time.Minute))
		go func() {
			_, err := q.Get(ctx)
			got <- err
		}()
		require.NoError(t, q.Join(within(t, time.Minute)))
		letter := get(t, q.DeadLetters())
		assert.Equal(t, "a", letter.Value)
		assert.Equal(t, 2, letter.Attempt)
		assert.Contains(t, letter.Reason, "attempts used up")
		cancel()
		assert.ErrorIs(t, <-got, context.Canceled, "it is not handed out a third time")
	})
}

func TestAProcessThatWasStoppedForLongerThanALease(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns, Lease: crashLease}), distributed.QueueConfig[string]{})
		put(t, q, "a")
		holder := start(t, "hold", append(s.settings(ns, crashLease), "ASYNCGO_N=1")...)
		holder.await(t, "held")
		require.NoError(t, holder.cmd.Process.Signal(syscall.SIGSTOP))
		it := get(t, q)
		assert.Equal(t, 2, it.Attempt)
		var late signs
		late.listen(t, s, "$JS.ACK."+ns+"_q_jobs.l0.1.>", "") // about the first hand-out
		require.NoError(t, holder.cmd.Process.Signal(syscall.SIGCONT))
		assert.Contains(t, holder.await(t, "ended"), "lease lost")
		assert.Contains(t, holder.await(t, "done"), "lease lost")
		assert.Contains(t, holder.await(t, "retry"), "lease lost")
		// Its late words have not taken the item from the next holder.
		_, err := q.Get(within(t, crashLease+time.Second))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		said, _ := late.last()
		assert.Zero(t, said, "nothing is sent about what is lost")
		assert.NoError(t, it.Context().Err())
		assert.NoError(t, it.Done())
		assert.NoError(t, q.Join(within(t, 10*time.Second)))
	})
}

func TestACallOfAKilledWorkerIsHandedOutAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
		first := start(t, "serve", s.settings(ns, crashLease)...)
		first.await(t, "ready")
		got := make(chan string, 1)
		go func() {
			worker, err := distributed.Func[time.Duration, string](c, "slow")(context.Background(), 500*time.Millisecond)
			assert.NoError(t, err)
			got <- worker
		}()
		first.await(t, "begin")
		first.kill()
		second := start(t, "serve", s.settings(ns, crashLease)...)
		assert.Equal(t, strconv.Itoa(second.cmd.Process.Pid), <-got)
	})
}

func TestAWorkerThatWasStoppedForLongerThanALease(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
		first := start(t, "serve", s.settings(ns, crashLease)...)
		first.await(t, "ready")
		got := make(chan string, 1)
		go func() {
			worker, err := distributed.Func[time.Duration, string](c, "slow")(context.Background(), time.Second)
			assert.NoError(t, err)
			got <- worker
		}()
		first.await(t, "begin")
		require.NoError(t, first.cmd.Process.Signal(syscall.SIGSTOP))
		second := start(t, "serve", s.settings(ns, crashLease)...)
		second.await(t, "begin")
		require.NoError(t, first.cmd.Process.Signal(syscall.SIGCONT))
		assert.Contains(t, first.await(t, "ended"), "lease lost")
		assert.Equal(t, strconv.Itoa(second.cmd.Process.Pid), <-got, "the result of the first is dropped")
	})
}

func TestACallIsGivenUpAfterItsAttempts(t *testing.T) {
	s := one.up(t)
	ns := newNamespace()
	var log events
	c := s.client(t, distributed.Config{Namespace: ns, Lease: time.Second, Attempts: 2, Logger: log.logger()})
	result := make(chan error, 1)
	go func() {
		_, err := distributed.Func[int, int](c, "die")(context.Background(), 1)
		result <- err
	}()
	for range 2 {
		start(t, "serve", s.settings(ns, time.Second)...).await(t, "dying")
	}
	serve(t, c, 1, distributed.Handle("die", double))
	err := <-result
	assert.ErrorIs(t, err, distributed.ErrAttempts)
	given := log.await(t, "distributed: call given up")
	assert.Equal(t, "die", given.attrs["func"])
	assert.EqualValues(t, 2, given.attrs["attempts"])
}

func TestACallerThatDiesLeavesItsCallBehind(t *testing.T) {
	s := one.up(t)
	ns := newNamespace()
	caller := start(t, "call", s.settings(ns, crashLease)...)
	caller.await(t, "calling")
	raw := s.raw(t)
	require.Eventually(t, func() bool { // the call is stored
		m, err := raw.Request("$JS.API.STREAM.INFO."+ns+"_calls", nil, time.Second)
		return err == nil && strings.Contains(string(m.Data), `"messages":1`)
	}, 30*time.Second, 50*time.Millisecond)
	caller.kill()
	ran := make(chan struct{})
	c := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
	serve(t, c, 1, distributed.Handle("slow", func(context.Context, time.Duration) (string, error) {
		close(ran)
		return "", nil
	}))
	<-ran
}

func TestAPermitOfAKilledProcessIsFree(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		r := newResource(t, 1)
		settings := append(s.settings(ns, signLease), "ASYNCGO_N=1", "ASYNCGO_KEEP=1", "ASYNCGO_RESOURCE="+r.address)
		holder := start(t, "permit", settings...)
		holder.await(t, "acquired")
		sem := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns, Lease: signLease}), 1)
		var alive signs
		alive.listen(t, s, "$KV."+ns+"_sessions."+session(t, s, ns), "")
		_, err := sem.Acquire(within(t, signLease+signLease/2)) // it is alive, so it keeps it
		require.ErrorIs(t, err, context.DeadlineExceeded)
		total, _ := alive.last()
		assert.GreaterOrEqual(t, total, 4, "signs of life in one and a half leases")
		before, after := alive.killLate(t, holder)
		p := acquire(t, sem)
		comesBack(t, before, after)
		require.NoError(t, p.Release())
	})
}

// session returns the one that holds the only permit.
func session(t *testing.T, s *site, ns string) string {
	t.Helper()
	places := placesOf(s.raw(t), ns)
	require.Len(t, places, 1)
	id, _, _ := strings.Cut(places[0], "/")
	return id
}

func TestAPermitIsFreeThoughNothingSawItsHolderDie(t *testing.T) {
	s := one.up(t)
	ns := newNamespace()
	r := newResource(t, 1)
	holder := start(t, "permit", append(s.settings(ns, time.Second), "ASYNCGO_N=1", "ASYNCGO_KEEP=1", "ASYNCGO_RESOURCE="+r.address)...)
	holder.await(t, "acquired")
	holder.kill()
	time.Sleep(4 * time.Second) // the session is gone, and so is what says that it is
	sem := openSemaphore(t, s.client(t, distributed.Config{Namespace: ns, Lease: time.Second}), 1)
	p, err := sem.TryAcquire(within(t, time.Minute))
	require.NoError(t, err, "from the first request on")
	require.NoError(t, p.Release())
}

// resource refuses a token that is smaller than the last one for its slot.
type resource struct {
	address string

	mu      sync.Mutex
	last    map[int]uint64
	granted int
	stale   int
	wrong   []string
	slots   int
}

func newResource(t *testing.T, slots int) *resource {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &resource{address: l.Addr().String(), last: map[int]uint64{}, slots: slots}
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			all.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return r
}

func (r *resource) serve(conn net.Conn) {
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		var slot int
		var token uint64
		_, _ = fmt.Sscan(lines.Text(), &slot, &token)
		_, _ = fmt.Fprintln(conn, r.use(slot, token))
	}
}

func (r *resource) use(slot int, token uint64) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case slot < 0 || slot >= r.slots:
		r.wrong = append(r.wrong, fmt.Sprint("slot ", slot))
		return "no"
	case token < r.last[slot]:
		r.stale++
		return "no"
	}
	r.last[slot] = token
	r.granted++
	return "ok"
}

func TestNeverMoreThanNAtAResourceThatChecksTokens(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		const n, processes = 2, 4
		ns := newNamespace()
		r := newResource(t, n)
		lease := time.Second
		settings := append(s.settings(ns, lease), "ASYNCGO_N="+strconv.Itoa(n), "ASYNCGO_RESOURCE="+r.address)
		var all []*process
		for range processes {
			all = append(all, start(t, "permit", settings...))
		}
		for _, p := range all {
			p.await(t, "acquired")
		}
		rounds := 4
		if long {
			rounds = 60
		}
		for i := range rounds {
			p := all[i%processes]
			if i%2 == 0 {
				p.kill()
				all[i%processes] = start(t, "permit", settings...)
				all[i%processes].await(t, "acquired")
				continue
			}
			_ = p.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(2 * lease)
			_ = p.cmd.Process.Signal(syscall.SIGCONT)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		assert.Empty(t, r.wrong)
		assert.Positive(t, r.granted)
		t.Logf("%d accepted, %d refused as stale", r.granted, r.stale)
	})
}

// A holder that was stopped for longer than its lease, and does not look at its
// context, is refused by the token.
func TestTheLateEffectOfAStoppedHolderIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		r := newResource(t, 1)
		lease := crashLease
		holder := start(t, "permit", append(s.settings(ns, lease), "ASYNCGO_N=1", "ASYNCGO_KEEP=1", "ASYNCGO_BLIND=1", "ASYNCGO_RESOURCE="+r.address)...)
		holder.await(t, "acquired")
		require.NoError(t, holder.cmd.Process.Signal(syscall.SIGSTOP))
		p := acquire(t, openSemaphore(t, s.client(t, distributed.Config{Namespace: ns, Lease: lease}), 1))
		assert.Equal(t, "ok", r.use(p.Slot(), p.Token()))
		require.NoError(t, holder.cmd.Process.Signal(syscall.SIGCONT))
		holder.await(t, "refused")
		assert.Contains(t, holder.await(t, "lost"), "lease lost")
		assert.Contains(t, holder.await(t, "released"), "lease lost")
		assert.Equal(t, "ok", r.use(p.Slot(), p.Token()), "the next holder goes on")
		assert.NoError(t, p.Release())
		r.mu.Lock()
		defer r.mu.Unlock()
		assert.Positive(t, r.stale)
	})
}

func TestWhatWasAcknowledgedToAKilledProducerIsThere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		producer := start(t, "put", s.settings(ns, testLease)...)
		in := map[string]bool{}
		for range 200 {
			in[producer.await(t, "in")] = true
		}
		producer.kill()
		for line := range producer.lines {
			if v, ok := strings.CutPrefix(line, "in "); ok {
				in[v] = true
			}
		}
		q := openQueue(t, s.client(t, distributed.Config{Namespace: ns}), distributed.QueueConfig[string]{})
		require.NoError(t, q.Shutdown(within(t, 30*time.Second)))
		seen := map[string]int{}
		for it := range q.Items(within(t, time.Minute)) {
			seen[it.Value]++
			require.NoError(t, it.Done())
		}
		for v := range in {
			assert.Equal(t, 1, seen[v], v)
		}
		assert.LessOrEqual(t, len(seen), len(in)+1, "one may be in without an answer")
	})
}
