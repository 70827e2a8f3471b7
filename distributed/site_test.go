package distributed_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/distributed/internal/servers"
)

// testToken is what all servers of the tests want.
const testToken = "for-tests"

// site is what a test runs on: one embedded server, or a cluster of three
// servers in this process. Each test has namespaces of its own on it.
type site struct {
	name  string
	start func() (urls string, stop func(), err error)

	once sync.Once
	urls string
	stop func()
	err  error

	cleaned sync.Map // the namespaces that a test removes
}

var (
	one   = &site{name: "one", start: startOne}
	three = &site{name: "three", start: startThree}
)

func TestMain(m *testing.M) {
	if role := os.Getenv("ASYNCGO_CHILD"); role != "" {
		child(role)
		return
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	code := m.Run()
	for _, s := range []*site{one, three} {
		if s.stop != nil {
			s.stop()
		}
	}
	os.Exit(code)
}

func startOne() (string, func(), error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0", Token: testToken})
	if err != nil {
		return "", nil, err
	}
	return s.URL(), func() { _ = s.Close(context.Background()) }, nil
}

func startThree() (string, func(), error) {
	c, err := servers.New("", testToken)
	if err != nil {
		return "", nil, err
	}
	return c.URLs(), c.Close, nil
}

// each runs a test on one server, and on three.
func each(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	t.Parallel()
	for _, s := range []*site{one, three} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s.up(t))
		})
	}
}

func (s *site) up(t *testing.T) *site {
	t.Helper()
	s.once.Do(func() { s.urls, s.stop, s.err = s.start() })
	require.NoError(t, s.err)
	return s
}

var namespaces atomic.Int64

// newNamespace returns the name of one that nothing else uses.
func newNamespace() string {
	return "t" + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(namespaces.Add(1), 10)
}

// testLease is longer than a busy machine stands still.
const testLease = 10 * time.Second

// crashLease is that of the tests that wait until it is over.
const crashLease = 4 * time.Second

// client connects a client in a namespace of its own, and closes it with the
// test.
func (s *site) client(t *testing.T, cfg distributed.Config) *distributed.Client {
	t.Helper()
	if cfg.Namespace == "" {
		cfg.Namespace = newNamespace()
	}
	if cfg.Lease == 0 {
		cfg.Lease = testLease
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s.clean(t, cfg.Namespace)
	cfg.Token = testToken
	c, err := distributed.Connect(within(t, time.Minute), s.urls, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { closeClient(t, c) })
	return c
}

// clean removes what a namespace has on the servers, with the test that is the
// first to use it: each stream of a cluster costs it heartbeats.
func (s *site) clean(t *testing.T, ns string) {
	t.Helper()
	if _, known := s.cleaned.LoadOrStore(ns, true); known {
		return
	}
	t.Cleanup(func() {
		conn, err := nats.Connect(s.urls, nats.Token(testToken))
		if err != nil {
			return // the servers were the test's own, and are gone
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		for name := range js.StreamNames(ctx).Name() {
			if strings.HasPrefix(name, ns+"_") || strings.HasPrefix(name, "KV_"+ns+"_") {
				_ = js.DeleteStream(ctx, name)
			}
		}
	})
}

func closeClient(t *testing.T, c *distributed.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	require.NoError(t, c.Close(ctx))
}

// raw is a connection of the engine's own client, as a foreign program has it.
func (s *site) raw(t *testing.T) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(s.urls, nats.Token(testToken))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// within returns a context that ends after d, and with the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// brief is a context for a wait that is expected to be in vain.
func brief(t *testing.T) context.Context {
	t.Helper()
	return within(t, 300*time.Millisecond)
}

// done is a context that is done.
func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// events records what a client logs.
type events struct {
	mu  sync.Mutex
	all []event
}

type event struct {
	level   slog.Level
	message string
	attrs   map[string]any
}

func (e *events) logger() *slog.Logger { return slog.New(e) }

func (e *events) Enabled(context.Context, slog.Level) bool { return true }
func (e *events) WithAttrs([]slog.Attr) slog.Handler       { return e }
func (e *events) WithGroup(string) slog.Handler            { return e }

func (e *events) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]any{}
	r.Attrs(func(a slog.Attr) bool {
		attrs[a.Key] = a.Value.Any()
		return true
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event{r.Level, r.Message, attrs})
	return nil
}

// of returns the events with a message.
func (e *events) of(message string) (found []event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range e.all {
		if one.message == message {
			found = append(found, one)
		}
	}
	return found
}

// await waits for the first event with a message.
func (e *events) await(t *testing.T, message string) event {
	t.Helper()
	require.Eventually(t, func() bool { return len(e.of(message)) > 0 }, 30*time.Second, 10*time.Millisecond, message)
	return e.of(message)[0]
}
