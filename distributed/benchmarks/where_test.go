package benchmarks

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/distributed/internal/servers"
)

const token = "for-benchmarks"

// place is where the servers of a benchmark keep their data.
type place struct {
	name  string
	start func(b testing.TB) (urls string)
}

// places are those of each benchmark. Everything goes over the loopback
// interface.
var places = []place{
	{"memory", func(b testing.TB) string {
		b.Helper()
		const memory = "/dev/shm"
		if _, err := os.Stat(memory); err != nil {
			b.Skip("no file system in memory")
		}
		dir, err := os.MkdirTemp(memory, "asyncgo-")
		check(b, err)
		b.Cleanup(func() { _ = os.RemoveAll(dir) })
		return single(b, embedded.Config{Dir: dir})
	}},
	{"disk", func(b testing.TB) string { b.Helper(); return single(b, embedded.Config{Dir: b.TempDir()}) }},
	{"sync", func(b testing.TB) string {
		b.Helper()
		return single(b, embedded.Config{Dir: b.TempDir(), SyncEveryWrite: true})
	}},
	{"three", func(b testing.TB) string {
		b.Helper()
		c, err := servers.New(b.TempDir(), token)
		check(b, err)
		b.Cleanup(c.Close)
		return c.URLs()
	}},
}

func single(b testing.TB, cfg embedded.Config) string {
	b.Helper()
	cfg.Listen, cfg.Token = "127.0.0.1:0", token
	s, err := embedded.Start(context.Background(), cfg)
	check(b, err)
	b.Cleanup(func() { _ = s.Close(context.Background()) })
	return s.URL()
}

func connect(b testing.TB, urls string) *distributed.Client {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := distributed.Connect(ctx, urls, distributed.Config{Token: token, Logger: slog.New(slog.DiscardHandler)})
	check(b, err)
	b.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func raw(b testing.TB, urls string) *nats.Conn {
	b.Helper()
	conn, err := nats.Connect(urls, nats.Token(token))
	check(b, err)
	b.Cleanup(conn.Close)
	return conn
}

func check(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
