package distributed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/internal/servers"
	"example.com/asyncgo/semaphore"
)

// plainServer is a server of the engine with options of its own.
func plainServer(t *testing.T, options server.Options) string {
	t.Helper()
	options.Host, options.Port, options.NoSigs, options.NoLog = "127.0.0.1", server.RANDOM_PORT, true, true
	if options.StoreDir == "" {
		options.StoreDir = t.TempDir()
	}
	s, err := server.NewServer(&options)
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(30*time.Second))
	return s.ClientURL()
}

func TestConnectWaitsForServersAndSaysWhy(t *testing.T) {
	t.Parallel()
	began := time.Now()
	_, err := distributed.Connect(within(t, 5*time.Second), "nats://127.0.0.1:1", distributed.Config{})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "no servers available")
	assert.Greater(t, time.Since(began), 4*time.Second)

	_, err = distributed.Connect(within(t, 3*time.Second), plainServer(t, server.Options{}), distributed.Config{})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "JetStream does not answer", "a server without it")

	_, err = distributed.Connect(done(), "nats://127.0.0.1:1", distributed.Config{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestConnectGivesUpWhenItIsRefused(t *testing.T) {
	t.Parallel()
	began := time.Now()
	for _, cfg := range []distributed.Config{{}, {Token: "wrong"}} {
		_, err := distributed.Connect(within(t, time.Minute), one.up(t).urls, cfg)
		assert.ErrorContains(t, lower(err), "authorization violation")
		assert.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.NotContains(t, fmt.Sprint(err), "wrong", "secrets are not shown")
	}
	_, err := distributed.Connect(within(t, time.Minute), "nats://user:pass%word@127.0.0.1:1", distributed.Config{})
	assert.ErrorContains(t, err, "URL")
	assert.NotContains(t, fmt.Sprint(err), "word")
	_, err = distributed.Connect(within(t, time.Minute), one.up(t).urls, distributed.Config{Credentials: t.TempDir() + "/none"})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Less(t, time.Since(began), 30*time.Second)
}

func lower(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ToLower(err.Error()))
}

// otherCodec is one of another name.
type otherCodec struct{ name string }

func (c otherCodec) Name() string                       { return c.name }
func (c otherCodec) Marshal(v any) ([]byte, error)      { return json.Marshal(v) }
func (c otherCodec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

func TestSettingsOfANamespaceAgree(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		c := s.client(t, distributed.Config{Namespace: ns})
		connect := func(cfg distributed.Config) error {
			cfg.Namespace, cfg.Token = ns, testToken
			if cfg.Lease == 0 {
				cfg.Lease = testLease
			}
			c, err := distributed.Connect(within(t, time.Minute), s.urls, cfg)
			if err == nil {
				closeClient(t, c)
			}
			return err
		}
		err := connect(distributed.Config{Lease: 7 * time.Second})
		assert.ErrorIs(t, err, distributed.ErrMismatch)
		assert.ErrorContains(t, err, fmt.Sprint(testLease.Milliseconds()))
		assert.ErrorContains(t, err, "7000")
		assert.ErrorIs(t, connect(distributed.Config{Codec: otherCodec{"other"}}), distributed.ErrMismatch)
		assert.NoError(t, connect(distributed.Config{}))
		err = connect(distributed.Config{Lease: 7 * time.Second, Reconfigure: true})
		assert.ErrorIs(t, err, distributed.ErrMismatch, "another client is there")

		q := openQueue(t, c, distributed.QueueConfig[string]{})
		put(t, q, "a")
		closeClient(t, c)
		require.NoError(t, connect(distributed.Config{Lease: crashLease, Reconfigure: true}))
		c = s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
		it := get(t, openQueue(t, c, distributed.QueueConfig[string]{}))
		time.Sleep(2*crashLease + time.Second)
		assert.NoError(t, it.Context().Err())
		assert.NoError(t, it.Done())
	})
}

func TestAQueueThatIsShutDownGetsAnotherLease(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		first := s.client(t, distributed.Config{Namespace: ns})
		q := openQueue(t, first, distributed.QueueConfig[string]{})
		put(t, q, "a")
		require.NoError(t, q.Shutdown(within(t, time.Minute)))
		closeClient(t, first)
		closeClient(t, s.client(t, distributed.Config{Namespace: ns, Lease: crashLease, Reconfigure: true}))
		next := s.client(t, distributed.Config{Namespace: ns, Lease: crashLease})
		assert.Equal(t, []string{"a"}, drain(t, openQueue(t, next, distributed.QueueConfig[string]{}), 1))
	})
}

type panicCodec struct{ otherCodec }

func (panicCodec) Marshal(any) ([]byte, error) { panic("marshal") }
func (panicCodec) Unmarshal([]byte, any) error { panic("unmarshal") }

func TestAPanicInACodecIsErrCodec(t *testing.T) {
	c := one.up(t).client(t, distributed.Config{Codec: panicCodec{otherCodec{"panic"}}})
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	assert.ErrorIs(t, q.Put(within(t, 10*time.Second), "a"), distributed.ErrCodec)
	assert.ErrorIs(t, openVariable(t, c).Set(within(t, 10*time.Second), 1), distributed.ErrCodec)
	_, err := distributed.Func[int, int](c, "f")(within(t, 10*time.Second), 1)
	assert.ErrorIs(t, err, distributed.ErrCodec)
}

func TestAPayloadThatIsTooLargeIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.client(t, distributed.Config{})
		q := openQueue(t, c, distributed.QueueConfig[string]{})
		limit := 1<<20 - 8<<10 - 2 // less the quotes
		err := q.Put(within(t, 10*time.Second), strings.Repeat("x", limit+1))
		assert.ErrorIs(t, err, distributed.ErrTooLarge)
		assert.ErrorIs(t, err, semaphore.ErrTooLarge)
		assert.ErrorContains(t, err, "queue jobs: Put")
		put(t, q, strings.Repeat("x", limit))
		assert.Len(t, get(t, q).Value, limit)
	})
}

func TestAForeignMessageIsNeverAPanic(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		var log events
		c := s.client(t, distributed.Config{Namespace: ns, Logger: log.logger()})
		q := openQueue(t, c, distributed.QueueConfig[string]{Attempts: 2, Backoff: func(int) time.Duration { return 0 }})
		raw := s.raw(t)
		publish := func(subject, data string, header nats.Header) {
			_, err := raw.RequestMsg(&nats.Msg{Subject: subject, Data: []byte(data), Header: header}, 10*time.Second)
			require.NoError(t, err)
		}
		publish(ns+".q.jobs.0", `"foreign"`, nil)
		it := get(t, q)
		assert.Equal(t, "foreign", it.Value, "a missing version is version 1")
		assert.NotEmpty(t, it.ID)
		require.NoError(t, it.Done())

		for _, data := range []string{"", "{", "\x00\xff"} {
			publish(ns+".q.jobs.0", data, nats.Header{"Asyncgo-Version": {"x"}, "Asyncgo-After": {"y"}, "Asyncgo-Id": {"bad"}})
			dead := make(chan *distributed.Item[string], 1)
			go func() {
				_, err := q.Get(brief(t))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}()
			go func() { dead <- get(t, q.DeadLetters()) }()
			for range 40 {
				if _, err := q.Get(within(t, 200*time.Millisecond)); err != nil && len(dead) > 0 {
					break
				}
			}
			letter := <-dead
			assert.Equal(t, "bad", letter.ID)
			assert.Empty(t, letter.Value)
			assert.Contains(t, letter.Reason, "cannot be encoded or decoded")
			require.NoError(t, letter.Done())
		}
		undecodable := log.of("distributed: item cannot be decoded")
		assert.Len(t, undecodable, 6)

		serve(t, c, 2, distributed.Handle("double", double))
		n, err := distributed.Func[int, int](c, "double")(within(t, 30*time.Second), 1)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		publish(ns+".call.double.x", "{", nil)
		_ = raw.Publish(ns+".result.x", []byte("no answer"))
		log.await(t, "distributed: call failed")
		n, err = distributed.Func[int, int](c, "double")(within(t, 30*time.Second), 4)
		require.NoError(t, err)
		assert.Equal(t, 8, n)
	})
}

func TestANewerVersionIsLeftForOthers(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		var log events
		c := s.client(t, distributed.Config{Namespace: ns, Logger: log.logger()})
		q := openQueue(t, c, distributed.QueueConfig[string]{Attempts: 1})
		raw := s.raw(t)
		_, err := raw.RequestMsg(&nats.Msg{Subject: ns + ".q.jobs.0", Data: []byte(`"new"`), Header: nats.Header{"Asyncgo-Version": {"2"}}}, 10*time.Second)
		require.NoError(t, err)
		_, err = q.Get(within(t, 3500*time.Millisecond))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.GreaterOrEqual(t, len(log.of("distributed: left for others")), 2, "again and again")
		n, err := q.Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Equal(t, 1, n, "attempts are not counted")
		n, err = q.DeadLetters().Unfinished(within(t, 10*time.Second))
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestACallOfANewerVersionIsLeftForOthers(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		var log events
		c := s.client(t, distributed.Config{Namespace: ns, Attempts: 1, Logger: log.logger()})
		serve(t, c, 1, distributed.Handle("double", double))
		n, err := distributed.Func[int, int](c, "double")(within(t, time.Minute), 1) // all is set up
		require.NoError(t, err)
		require.Equal(t, 2, n)
		raw := s.raw(t)
		_, err = raw.RequestMsg(&nats.Msg{Subject: ns + ".call.double.x-1", Data: []byte("1"), Header: nats.Header{"Asyncgo-Version": {"2"}}}, 10*time.Second)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(log.of("distributed: left for others")) >= 3 }, 30*time.Second, 50*time.Millisecond, "again and again")
		left := log.of("distributed: left for others")[0]
		assert.Equal(t, "double", left.attrs["func"])
		assert.EqualValues(t, 2, left.attrs["version"])
		assert.Equal(t, 1, messages(raw, ns+"_calls"))
		assert.Empty(t, log.of("distributed: call given up"), "attempts are not counted")
	})
}

func TestAFullDiskIsAWaitThatSaysSo(t *testing.T) {
	t.Parallel()
	s := &site{urls: plainServer(t, server.Options{JetStream: true, JetStreamMaxStore: 1 << 20, JetStreamMaxMemory: 1 << 20})}
	c := s.client(t, distributed.Config{})
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	var err error
	in := 0
	for range 100 {
		if err = q.Put(within(t, 2*time.Second), strings.Repeat("x", 100_000)); err != nil {
			break
		}
		in++
	}
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "queue jobs: Put")
	assert.ErrorContains(t, err, "resource")
	assert.NotErrorIs(t, err, distributed.ErrUnconfirmed)
	waiting := make(chan error, 1)
	go func() { waiting <- q.Put(context.Background(), strings.Repeat("x", 100_000)) }()
	for range in { // nothing is lost, and there is room again
		require.NoError(t, get(t, q).Done())
	}
	require.NoError(t, <-waiting)
}

func TestAnOperationWaitsForServersThatAreAway(t *testing.T) {
	t.Parallel()
	cluster, err := servers.New(t.TempDir(), testToken)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	s := &site{urls: cluster.URLs()}
	lease := 3 * time.Second
	var log events
	c := s.client(t, distributed.Config{Lease: lease, Logger: log.logger()})
	q := openQueue(t, c, distributed.QueueConfig[string]{})
	sem := openSemaphore(t, c, 1)
	v := openVariable(t, c)
	put(t, q, "a")
	it := get(t, q)
	permit := acquire(t, sem)
	gctx, limit := openSemaphoreNamed(t, c, "limit").Limiter(context.Background())
	require.NoError(t, limit.AcquireN(within(t, time.Minute), 1))
	for i := range 3 {
		cluster.Stop(i)
	}
	require.Eventually(t, func() bool {
		return len(log.of("distributed: connection lost")) > len(log.of("distributed: connection back"))
	}, 30*time.Second, 10*time.Millisecond)
	for name, op := range map[string]func(ctx context.Context) error{
		"Put":        func(ctx context.Context) error { return q.Put(ctx, "b") },
		"Get":        func(ctx context.Context) error { _, err := q.Get(ctx); return err },
		"Unfinished": func(ctx context.Context) error { _, err := q.Unfinished(ctx); return err },
		"Join":       q.Join,
		"Shutdown":   q.Shutdown,
		"Acquire":    func(ctx context.Context) error { _, err := sem.Acquire(ctx); return err },
		"Set":        func(ctx context.Context) error { return v.Set(ctx, 1) },
		"Value":      func(ctx context.Context) error { _, err := v.Get(ctx); return err },
		"Update": func(ctx context.Context) error {
			_, err := v.Update(ctx, func(int, bool) (int, error) { return 1, nil })
			return err
		},
		"Call": func(ctx context.Context) error { _, err := distributed.Func[int, int](c, "f")(ctx, 1); return err },
	} {
		began := time.Now()
		err := op(brief(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded, name)
		assert.Less(t, time.Since(began), 300*time.Millisecond+500*time.Millisecond+busyClose, name+" ends soon after its context")
		assert.NotErrorIs(t, err, distributed.ErrUnconfirmed, name+" was not sent")
	}
	<-it.Context().Done()
	<-permit.Context().Done()
	<-gctx.Done()
	assert.ErrorIs(t, context.Cause(it.Context()), distributed.ErrLeaseLost)
	assert.ErrorIs(t, it.Done(), distributed.ErrLeaseLost)
	assert.ErrorIs(t, permit.Release(), distributed.ErrLeaseLost)
	assert.ErrorIs(t, context.Cause(gctx), distributed.ErrLeaseLost)
	assert.NotEmpty(t, log.of("distributed: lease lost"))
	assert.NotEmpty(t, log.of("distributed: session lost"))
	assert.NotEmpty(t, log.of("distributed: connection lost"))

	waiting := make(chan error, 2)
	go func() { waiting <- q.Put(context.Background(), "b") }()
	go func() { _, err := sem.Acquire(context.Background()); waiting <- err }()
	for i := range 3 {
		require.NoError(t, cluster.Run(i))
	}
	require.NoError(t, <-waiting)
	require.NoError(t, <-waiting)
	got := drain(t, q, 2)
	assert.ElementsMatch(t, []string{"a", "b"}, got)
}
