package distributed_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

// messages is how many a stream has, or -1 if there is none, or no answer.
func messages(raw *nats.Conn, stream string) int {
	m, err := raw.Request("$JS.API.STREAM.INFO."+stream, nil, 10*time.Second)
	if err != nil {
		return -1
	}
	var info struct {
		State *struct {
			Messages int `json:"messages"`
		} `json:"state"`
	}
	if json.Unmarshal(m.Data, &info) != nil || info.State == nil {
		return -1
	}
	return info.State.Messages
}

func TestWhatIsFinishedIsForgottenOnTheServers(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		ctx := within(t, time.Minute)
		serve(t, c, 4, distributed.Handle("double", double))
		call := distributed.Func[int, int](c, "double")
		memo := distributed.Memo[int, int](c, "double", time.Second, func(int) string { return "k" })
		q, sem := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 2)
		for i := range 20 {
			_, err := call(ctx, i)
			require.NoError(t, err)
			_, err = memo(ctx, i)
			require.NoError(t, err)
			put(t, q, "x")
			require.NoError(t, get(t, q).Done())
			require.NoError(t, acquire(t, sem).Release())
		}
		raw := s.raw(t)
		for _, stream := range []string{ns + "_q_jobs", ns + "_d_jobs", ns + "_calls", "KV_" + ns + "_results"} {
			require.Eventually(t, func() bool { return messages(raw, stream) == 0 }, 30*time.Second, 100*time.Millisecond, stream)
		}
		m, err := raw.Request("$JS.API.STREAM.MSG.GET.KV_"+ns+"_semaphores", []byte(`{"last_by_subj":"$KV.`+ns+`_semaphores.db"}`), 10*time.Second)
		require.NoError(t, err)
		var stored struct {
			Message struct {
				Data []byte `json:"data"`
			} `json:"message"`
		}
		require.NoError(t, json.Unmarshal(m.Data, &stored))
		assert.NotContains(t, string(stored.Message.Data), "-", "no place in the line: "+string(stored.Message.Data))
	})
}

func TestWhatIsFinishedIsForgottenHere(t *testing.T) {
	c := one.up(t).client(t, distributed.Config{})
	ctx := within(t, 2*time.Minute)
	serve(t, c, 4, distributed.Handle("double", double))
	call := distributed.Func[int, int](c, "double")
	work := func(n int) {
		for i := range n {
			q, sem := openQueue(t, c, distributed.QueueConfig[string]{}), openSemaphore(t, c, 2) // again and again
			_, err := call(ctx, i)
			require.NoError(t, err)
			put(t, q, strings.Repeat("x", 50_000))
			require.NoError(t, get(t, q).Done())
			lctx, limit := sem.Limiter(ctx)
			require.NoError(t, limit.AcquireN(lctx, 1))
			limit.ReleaseN(1)
			_, err = q.Get(done())
			require.Error(t, err)
		}
	}
	size := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	work(50)
	goroutines, before := runtime.NumGoroutine(), size()
	work(200)
	assert.Less(t, size()-before, 5_000_000, "10 MB went through") // the server in this process has its own
	assert.Less(t, runtime.NumGoroutine()-goroutines, 20)
}

func TestAnIdleClientCostsAFewMessagesASecond(t *testing.T) {
	t.Parallel()
	s := one.up(t)
	ns := newNamespace()
	c := s.client(t, distributed.Config{Namespace: ns})
	q := openQueue(t, c, distributed.QueueConfig[string]{Levels: 1})
	serve(t, c, 4, distributed.Handle("double", double))
	for range 3 {
		go func() { _, _ = q.Get(context.Background()) }()
	}
	time.Sleep(time.Second)
	var requests atomic.Int64
	sub, err := s.raw(t).Subscribe("$JS.API.>", func(m *nats.Msg) {
		if strings.Contains(m.Subject, ns+"_") {
			requests.Add(1)
		}
	})
	require.NoError(t, err)
	defer func() { _ = sub.Unsubscribe() }()
	const d = 4
	time.Sleep(d * time.Second)
	t.Logf("%.1f requests a second for a queue and a Serve", float64(requests.Load())/d)
	assert.Positive(t, requests.Load())
	assert.Less(t, requests.Load(), int64(15*d))
}
