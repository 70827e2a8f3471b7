package embedded_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
)

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func config() distributed.Config {
	return distributed.Config{Logger: slog.New(slog.DiscardHandler), Lease: 5 * time.Second}
}

// use does something with everything, and leaves much of it unfinished.
func use(t *testing.T, c *distributed.Client) {
	t.Helper()
	ctx := within(t, time.Minute)
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[int]{MaxSize: 2})
	require.NoError(t, err)
	require.NoError(t, q.Put(ctx, 1))
	require.NoError(t, q.PutAfter(ctx, time.Hour, 2))
	_, err = q.Get(ctx) // held
	require.NoError(t, err)
	s, err := distributed.OpenSemaphore(ctx, c, "db", 1)
	require.NoError(t, err)
	_, err = s.Acquire(ctx) // held
	require.NoError(t, err)
	v, err := distributed.OpenVariable[int](ctx, c, "answer")
	require.NoError(t, err)
	served := make(chan error, 1)
	t.Cleanup(func() { assert.ErrorIs(t, <-served, distributed.ErrClosed) })
	go func() {
		served <- distributed.Serve(context.Background(), c, 2, distributed.Handle("double", func(_ context.Context, n int) (int, error) { return 2 * n, nil }))
	}()
	n, err := distributed.Func[int, int](c, "double")(ctx, 21)
	require.NoError(t, err)
	assert.Equal(t, 42, n)
	for _, wait := range []func(){ // what still waits when the client closes
		func() { _, _ = q.Get(context.Background()) },
		func() { _ = q.Put(context.Background(), 3) },
		func() { _, _ = s.Acquire(context.Background()) },
		func() { _, _ = v.Get(context.Background()) },
		func() { _, _ = distributed.Func[int, int](c, "other")(context.Background(), 1) },
	} {
		go wait()
	}
	time.Sleep(100 * time.Millisecond)
}

// leavesNothing asserts that f leaves no goroutine, no listener and no folder
// behind.
func leavesNothing(t *testing.T, f func()) {
	t.Helper()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	before, listeners := runtime.NumGoroutine(), listening(t)
	f()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond) // the last ones are about to exit
	}
	if !assert.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines are left") {
		var all bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
		t.Log(all.String())
	}
	assert.Equal(t, listeners, listening(t), "listeners")
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	assert.Empty(t, left, "folders")
}

// listening counts the TCP sockets of this process on which it listens; on
// other systems than Linux it is not known.
func listening(t *testing.T) (n int) {
	t.Helper()
	sockets := map[string]bool{}
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, _ := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" {
				sockets["socket:["+f[9]+"]"] = true
			}
		}
	}
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && sockets[to] {
			n++
		}
	}
	return n
}

func TestOpenLeavesNothingBehind(t *testing.T) {
	leavesNothing(t, func() {
		before := listening(t)
		c, err := embedded.Open(within(t, time.Minute), config())
		require.NoError(t, err)
		use(t, c)
		assert.Equal(t, before, listening(t), "no port by default")
		require.NoError(t, c.Close(within(t, time.Minute)))
	})
}

func TestAServerWithManyClientsLeavesNothingBehind(t *testing.T) {
	leavesNothing(t, func() {
		ctx := within(t, time.Minute)
		s, err := embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0", Token: "secret"})
		require.NoError(t, err)
		a, err := s.Connect(ctx, config())
		require.NoError(t, err)
		cfg := config()
		cfg.Token, cfg.Namespace = "secret", "other"
		b, err := distributed.Connect(ctx, s.URL(), cfg)
		require.NoError(t, err)
		use(t, a)
		use(t, b)
		assert.NotContains(t, s.URL(), "secret")
		require.NoError(t, b.Close(ctx))
		require.NoError(t, s.Close(ctx)) // before the client
		require.NoError(t, s.Close(ctx))
		require.NoError(t, a.Close(within(t, time.Minute)))
	})
}

func TestWhatFailsLeavesNothingBehind(t *testing.T) {
	leavesNothing(t, func() {
		_, err := embedded.Open(done(), config())
		assert.ErrorIs(t, err, context.Canceled)
		_, err = embedded.Start(within(t, time.Minute), embedded.Config{Listen: "127.0.0.1", Token: "t"})
		assert.ErrorContains(t, err, "Listen")
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		_, err = embedded.Start(within(t, 2*time.Second), embedded.Config{Listen: l.Addr().String(), Token: "t"})
		assert.Error(t, err, "the port is in use")
		require.NoError(t, l.Close())
	})
}

func TestCloseWithADoneContextEndsAllTheSame(t *testing.T) {
	leavesNothing(t, func() {
		c, err := embedded.Open(within(t, time.Minute), config())
		require.NoError(t, err)
		use(t, c)
		assert.ErrorIs(t, c.Close(done()), context.Canceled)
		require.NoError(t, c.Close(within(t, time.Minute)))
	})
}

func TestADirIsMadeLockedAndKept(t *testing.T) {
	ctx := within(t, time.Minute)
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := embedded.Start(ctx, embedded.Config{Dir: dir, SyncEveryWrite: true})
	require.NoError(t, err)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	assert.Empty(t, s.URL())
	_, err = embedded.Start(ctx, embedded.Config{Dir: dir})
	assert.ErrorContains(t, err, "in use")
	assert.ErrorContains(t, err, dir)

	c, err := s.Connect(ctx, config())
	require.NoError(t, err)
	v, err := distributed.OpenVariable[string](ctx, c, "answer")
	require.NoError(t, err)
	require.NoError(t, v.Set(ctx, "kept"))
	require.NoError(t, c.Close(ctx))
	require.NoError(t, s.Close(ctx))

	s, err = embedded.Start(ctx, embedded.Config{Dir: dir})
	require.NoError(t, err)
	c, err = s.Connect(ctx, config())
	require.NoError(t, err)
	v, err = distributed.OpenVariable[string](ctx, c, "answer")
	require.NoError(t, err)
	got, err := v.Get(ctx)
	require.NoError(t, err)
	assert.Equal(t, "kept", got)
	require.NoError(t, c.Close(ctx))
	require.NoError(t, s.Close(ctx))
}

func TestTLS(t *testing.T) {
	ctx := within(t, time.Minute)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	s, err := embedded.Start(ctx, embedded.Config{
		Listen: "127.0.0.1:0", Token: "secret",
		TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12},
	})
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(s.URL(), "tls://127.0.0.1:"), s.URL())
	cfg := config()
	cfg.Token, cfg.TLS = "secret", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	c, err := distributed.Connect(ctx, s.URL(), cfg)
	require.NoError(t, err)
	require.NoError(t, c.Close(ctx))
	local, err := s.Connect(ctx, config())
	require.NoError(t, err)
	require.NoError(t, local.Close(ctx))
	require.NoError(t, s.Close(ctx))
}
