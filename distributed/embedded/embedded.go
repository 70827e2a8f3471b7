// Package embedded runs the server that package distributed needs inside this
// process. It is the only package that links one.
package embedded

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/internal/link"
	"example.com/asyncgo/internal/ctxerr"
	"example.com/asyncgo/internal/misuse"
)

// Config is what the server is like. The zero Config keeps its data in a
// temporary folder and opens no port.
type Config struct {
	// Dir is the folder of the data, made if there is none and locked against a
	// second server; "" is a temporary one, which Close removes.
	Dir string
	// Listen is the host:port for other processes; "" opens no port, and port 0
	// is any free one. It needs a Token, and TLS beyond loopback.
	Listen string
	// Token is what other processes log in with.
	Token string
	// TLS is the configuration of encrypted connections of other processes.
	TLS *tls.Config
	// SyncEveryWrite answers only when it is on disk: without it, what was
	// answered in the last two minutes may be lost with the operating system or
	// the power. It is slower.
	SyncEveryWrite bool
}

// Server is a server in this process. It runs from [Start] until Close.
type Server struct {
	nats  *server.Server
	cfg   Config
	dir   string
	lock  *os.File
	begin sync.Once
	ended chan struct{} // closed when it has stopped
}

// Start starts a server, and returns when it is ready. It returns an error if
// the folder is in use or the port cannot be opened, and the error of ctx if
// that ends first. It panics with [distributed.ErrMisuse] if Listen has no
// Token, or is beyond loopback without TLS.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	options := &server.Options{
		ServerName: "asyncgo", DontListen: true, JetStream: true, NoSigs: true, NoLog: true,
		MaxPayload: 1 << 20, SyncAlways: cfg.SyncEveryWrite,
	}
	if cfg.Listen != "" {
		if err := listen(options, cfg); err != nil {
			return nil, err
		}
	}
	if ctx.Err() != nil {
		return nil, ctxerr.EndedIn(ctx, ctxerr.Op("embedded: Start"))
	}
	s := &Server{cfg: cfg, dir: cfg.Dir, ended: make(chan struct{})}
	if err := s.openDir(); err != nil {
		return nil, err
	}
	options.StoreDir = s.dir
	var err error
	if s.nats, err = server.NewServer(options); err != nil {
		s.closeDir()
		return nil, fmt.Errorf("embedded: Start: %w", err)
	}
	s.nats.Start()
	if err := s.ready(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// listen fills in the options of the port.
func listen(options *server.Options, cfg Config) error {
	if cfg.Token == "" {
		panic(misuse.New("embedded: Listen without a Token", distributed.ErrMisuse))
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return fmt.Errorf("embedded: Listen: %w", err)
	}
	ip := net.ParseIP(host)
	if cfg.TLS == nil && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		panic(misuse.New("embedded: Listen beyond loopback without TLS", distributed.ErrMisuse))
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("embedded: Listen: %w", err)
	}
	options.DontListen, options.Host, options.Port = false, host, int(number)
	if number == 0 {
		options.Port = server.RANDOM_PORT
	}
	options.Authorization = cfg.Token
	if cfg.TLS != nil {
		options.TLSConfig, options.TLSTimeout = cfg.TLS, 5
	}
	return nil
}

// openDir makes and locks the folder.
func (s *Server) openDir() (err error) {
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "asyncgo-"); err != nil {
			return fmt.Errorf("embedded: Start: %w", err)
		}
	} else if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("embedded: Start: %w", err)
	}
	if s.lock, err = lock(filepath.Join(s.dir, "lock")); err != nil {
		return fmt.Errorf("embedded: Start: folder %s is in use: %w", s.dir, err)
	}
	return nil
}

func (s *Server) closeDir() {
	_ = s.lock.Close()
	if s.cfg.Dir == "" {
		_ = os.RemoveAll(s.dir)
	}
}

// ready waits until the server takes connections and JetStream is on.
func (s *Server) ready(ctx context.Context) error {
	for !s.nats.ReadyForConnections(20*time.Millisecond) || !s.nats.JetStreamEnabled() {
		if ctx.Err() != nil {
			return ctxerr.EndedIn(ctx, ctxerr.Op("embedded: Start"))
		}
		if !s.nats.Running() {
			return fmt.Errorf("embedded: Start: the server has stopped: is %s in use, or the disk full?", s.cfg.Listen)
		}
	}
	return nil
}

// Connect makes a client over memory: it opens no port and needs no token, so
// the Token, Credentials and TLS of cfg are not used. Several clients may be
// made on one server, which is how to test several machines. It is
// [distributed.Connect] in all other respects.
func (s *Server) Connect(ctx context.Context, cfg distributed.Config) (*distributed.Client, error) {
	return s.connect(ctx, cfg, nil)
}

func (s *Server) connect(ctx context.Context, cfg distributed.Config, closed func()) (*distributed.Client, error) {
	connect := link.Connect.(func(context.Context, string, distributed.Config, link.Options) (*distributed.Client, error)) //nolint:forcetypeassert // set by package distributed
	cfg.Token, cfg.Credentials, cfg.TLS = s.cfg.Token, "", nil
	return connect(ctx, "", cfg, link.Options{NATS: []nats.Option{nats.InProcessServer(s.nats)}, Closed: closed})
}

// URL returns what other processes give to [distributed.Connect], with the port
// that was opened and without the token. It is "" without Listen.
func (s *Server) URL() string {
	if s.cfg.Listen == "" {
		return ""
	}
	scheme := "nats"
	if s.cfg.TLS != nil {
		scheme = "tls"
	}
	return scheme + "://" + s.nats.Addr().String()
}

// Close stops the server, and returns when none of its goroutines is left and a
// temporary folder is removed. Clients that are still there wait for it to come
// back. If ctx ends first, it goes on in the background and the error is the
// one of ctx. Another Close waits for the first.
func (s *Server) Close(ctx context.Context) error {
	s.begin.Do(func() { go s.stop() })
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-s.ended:
		return nil
	default:
	}
	return ctxerr.EndedIn(ctx, ctxerr.Op("embedded: Server.Close"))
}

func (s *Server) stop() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
	s.closeDir()
	close(s.ended)
}

// Open starts a server of the zero Config for one client, whose Close also
// closes the server.
func Open(ctx context.Context, cfg distributed.Config) (*distributed.Client, error) {
	s, err := Start(ctx, Config{})
	if err != nil {
		return nil, err
	}
	c, err := s.connect(ctx, cfg, s.stop)
	if err != nil {
		s.stop()
		return nil, err
	}
	return c, nil
}
