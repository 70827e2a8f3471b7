package distributed

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/asyncgo/distributed/internal/link"
	"example.com/asyncgo/semaphore"
)

// Client is a connection to the servers, and owns what is opened through it.
// It is made by [Connect], or by package embedded.
//
// A client is open, then closing, then closed, and never goes back. Closing
// begins with Close: the context open ends, new operations are refused, waiting
// ones return. It is closed when the context life ends, after which nothing is
// sent. What runs in between is counted by tallies, which Close drains in this
// order: serving, calls, sources, then what is held is given back, then
// errands. A Close whose context ends first ends life at once.
type Client struct {
	cfg    Config
	ns     string
	id     string // of this client, in subjects and keys
	worker string // host and process, in RemoteErrors
	log    *slog.Logger
	conn   *nats.Conn
	js     jetstream.JetStream
	after  func() // called when it has closed
	serial atomic.Uint64

	open   context.Context //nolint:containedctx // ends when Close begins
	refuse context.CancelFunc
	life   context.Context //nolint:containedctx // ends when nothing is sent any more
	die    context.CancelFunc
	closed chan struct{}

	serving  tally // Serve
	calls    tally // calls, which may leave an errand behind
	sources  tally // what takes items and calls from the servers
	errands  tally // what is taken back or given back in the background
	upkeep   tally // what runs until life ends
	leases   leases
	returned listener // notified when the connection is back

	settingUp semaphore.Lock // held while the stream of calls is made

	mu       sync.Mutex // guards what follows
	closing  bool
	session  *session
	caller   *caller
	buckets  map[string]jetstream.KeyValue
	queues   map[string]*queueCore
	semas    map[string]*semaphoreCore
	notifier map[string]*notifier
}

// Connect reaches a NATS server or cluster with JetStream; urls are separated
// by commas. It returns when JetStream answers and the settings of the
// namespace agree, and waits for servers that are not up. If ctx ends first,
// the error says what the last trouble was. It gives up at once when the
// servers refuse the name, password or token, and with [ErrMismatch] when the
// namespace has another Lease or Codec. It panics with [ErrMisuse] if cfg is
// wrong.
//
// A connection that is lost is made again, for as long as the client is open.
// Nothing is buffered meanwhile: operations wait and try again.
func Connect(ctx context.Context, urls string, cfg Config) (*Client, error) {
	return connect(ctx, urls, cfg, link.Options{})
}

func init() { link.Connect = connect }

func connect(ctx context.Context, urls string, cfg Config, options link.Options) (*Client, error) {
	cfg = cfg.withDefaults()
	if ctx.Err() != nil {
		return nil, ended(ctx, opConnect, "")
	}
	host, _ := os.Hostname()
	c := &Client{
		cfg: cfg, ns: cfg.Namespace, id: newID(), worker: host + "/" + strconv.Itoa(os.Getpid()), log: cfg.Logger, after: options.Closed,
		closed: make(chan struct{}), buckets: map[string]jetstream.KeyValue{}, queues: map[string]*queueCore{},
		semas: map[string]*semaphoreCore{}, notifier: map[string]*notifier{},
	}
	c.open, c.refuse = context.WithCancel(context.Background())
	c.life, c.die = context.WithCancel(context.Background())
	if err := c.dial(ctx, urls, options.NATS); err != nil {
		return nil, err
	}
	if err := c.join(ctx); err != nil {
		c.refuse()
		c.die()
		c.conn.Close()
		c.upkeep.drain()
		return nil, err
	}
	return c, nil
}

// nextID returns a name that is used once: one token of a subject or key.
func (c *Client) nextID() string {
	return c.id + "-" + c.nextSerial()
}

// nextSerial returns a name that this client uses once.
func (c *Client) nextSerial() string { return strconv.FormatUint(c.serial.Add(1), 36) }

// errand calls fn in the background. Close waits for it, and life ends its
// context.
func (c *Client) errand(fn func()) { c.errands.run(fn) }
