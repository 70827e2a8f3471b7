package distributed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/asyncgo/semaphore"
)

// queueSpec is which queue is meant, and what it is like.
type queueSpec struct {
	kind    string // "q"; "d" is of dead letters
	name    string
	maxSize int
	levels  int
	window  time.Duration
	of      *queueCore // of dead letters: the queue they come from
}

// queueCore is what the handles of one queue in one client share.
//
// On the servers a queue is a stream with retention by work queue; a level is a
// subject with a consumer of its own. Shutting it down takes the subjects away,
// so that the servers refuse what is put; the consumers keep their filters, and
// what is in the stream still comes out.
type queueCore struct {
	c      *Client
	object string // for texts
	queue  string // for events
	stream string
	prefix string // of the subjects, without the level
	of     *queueCore
	source source
	notice *notifier
	room   semaphore.Lock // held by the put that waits for room; others wait for it, in order

	mu     sync.Mutex // guards what the servers were last seen to say
	levels int
	window time.Duration
	isDown bool
	seen   time.Time
	stale  bool // a notice says that it has changed
}

const (
	metaState  = "asyncgo-state"
	metaLevels = "asyncgo-levels"
	stateDown  = "down"
)

// noticeState is the payload of a notice that says that the settings or the
// state have changed.
const noticeState = "state"

func (c *Client) openQueue(ctx context.Context, spec queueSpec) (*queueCore, error) {
	k := &queueCore{
		c: c, object: "queue " + spec.name, queue: spec.name, of: spec.of,
		stream: c.ns + "_" + spec.kind + "_" + token(spec.name), prefix: c.ns + "." + spec.kind + "." + token(spec.name) + ".",
		levels: spec.levels, window: spec.window,
	}
	if spec.of != nil {
		k.object = "dead letters of queue " + spec.name
	}
	changed := false
	err := c.read(ctx, k.op("Open"), func(ctx context.Context) error {
		var err error
		changed, err = k.create(ctx, spec)
		return err
	})
	if err != nil {
		return nil, err
	}
	subject := c.ns + ".wake." + spec.kind + "." + token(spec.name)
	k.notice = c.notifierOf(subject)
	k.source.c, k.source.consumers, k.source.over = c, k.consumers, k.over
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.queues[k.stream]; old != nil {
		old.setState(k.levels, k.window, k.isDown)
		k = old
	} else {
		if err := k.source.news.subscribe(c.conn, subject, k.noticed); err != nil {
			return nil, failed(k.op("Open"), ErrClosed)
		}
		c.queues[k.stream] = k
	}
	if changed {
		_ = c.conn.Publish(subject, []byte(noticeState))
	}
	return k, nil
}

func (k *queueCore) op(name string) string { return k.object + ": " + name }

// create makes the stream and its consumers, or compares what exists. It
// returns whether it has changed what exists.
func (k *queueCore) create(ctx context.Context, spec queueSpec) (changed bool, err error) {
	want := jetstream.StreamConfig{
		Name: k.stream, Subjects: []string{k.prefix + "*"}, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, Replicas: k.c.cfg.Replicas, Duplicates: spec.window, AllowDirect: true,
		Metadata: map[string]string{metaLevels: strconv.Itoa(spec.levels)},
	}
	if spec.maxSize > 0 {
		want.MaxMsgs = int64(spec.maxSize)
	}
	k.isDown = false
	have, err := k.c.js.Stream(ctx, k.stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = k.c.js.CreateStream(ctx, want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			have, err = k.c.js.Stream(ctx, k.stream)
		}
	}
	if err == nil && have != nil {
		changed, err = k.compare(ctx, have.CachedInfo().Config, want, spec)
	}
	if err != nil {
		return false, err
	}
	for level := range spec.levels {
		if err := k.createConsumer(ctx, level); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// compare returns ErrMismatch if a queue is not like the one wanted, or makes
// it so if the client may.
func (k *queueCore) compare(ctx context.Context, have, want jetstream.StreamConfig, spec queueSpec) (changed bool, err error) {
	levels, _ := strconv.Atoi(have.Metadata[metaLevels])
	k.isDown = have.Metadata[metaState] == stateDown
	same := have.MaxMsgs == want.MaxMsgs && have.Duplicates == want.Duplicates && levels == spec.levels
	if spec.of != nil || same && (!k.isDown || !k.c.cfg.Reconfigure) {
		return false, nil
	}
	if !k.c.cfg.Reconfigure || levels > spec.levels {
		text := "MaxSize %d, Window %v, Levels %d"
		return false, permanent{fmt.Errorf("%w: it has "+text+"; wanted "+text, ErrMismatch,
			max(0, have.MaxMsgs), have.Duplicates, levels, max(0, want.MaxMsgs), want.Duplicates, spec.levels)}
	}
	next := have
	next.Subjects, next.MaxMsgs, next.Duplicates = want.Subjects, want.MaxMsgs, want.Duplicates
	next.Metadata = maps.Clone(have.Metadata)
	next.Metadata[metaLevels] = want.Metadata[metaLevels]
	delete(next.Metadata, metaState)
	if _, err := k.c.js.UpdateStream(ctx, next); err != nil {
		return false, err
	}
	k.isDown = false
	return true, nil
}

// createConsumer makes the consumer of a level, or gives it the lease agreed
// on.
func (k *queueCore) createConsumer(ctx context.Context, level int) error {
	want := jetstream.ConsumerConfig{
		Durable: consumerOf(level), FilterSubject: k.prefix + strconv.Itoa(level), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: k.c.cfg.Lease, MaxAckPending: -1, MaxDeliver: -1, MaxWaiting: maxPulls,
	}
	have, err := k.c.js.Consumer(ctx, k.stream, want.Durable)
	if err == nil && have.CachedInfo().Config.AckWait == want.AckWait {
		return nil
	}
	_, err = k.c.js.CreateOrUpdateConsumer(ctx, k.stream, want)
	return err
}

// maxPulls is how many pulls may wait at a consumer: those of all processes.
const maxPulls = 8192

func consumerOf(level int) string { return "l" + strconv.Itoa(level) }

func (k *queueCore) consumers() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	names := make([]string, k.levels)
	for level := range names {
		names[level] = k.stream + "." + consumerOf(level)
	}
	return names
}

func (k *queueCore) setState(levels int, window time.Duration, down bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.levels, k.window, k.isDown = levels, window, down
	k.seen, k.stale = time.Now(), false
}

func (k *queueCore) noticed(m *nats.Msg) {
	if string(m.Data) == noticeState {
		k.mu.Lock()
		k.stale = true
		k.mu.Unlock()
	}
}

// look reads the state and the settings from the servers.
func (k *queueCore) look(ctx context.Context) (unfinished int, err error) {
	stream, err := k.c.js.Stream(ctx, k.stream)
	if err != nil {
		return 0, err
	}
	info := stream.CachedInfo()
	levels, _ := strconv.Atoi(info.Config.Metadata[metaLevels])
	k.setState(max(levels, 1), info.Config.Duplicates, info.Config.Metadata[metaState] == stateDown)
	return int(info.State.Msgs), nil //nolint:gosec // fits
}

func (k *queueCore) down() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.isDown
}

// lookEvery is how old the state may become while a receiver waits.
const lookEvery = time.Second

// over returns ErrShutdown when the queue is shut down and nothing is
// unfinished. While it is open it looks only from time to time, or after a
// notice.
func (k *queueCore) over(ctx context.Context) error {
	k.mu.Lock()
	fresh := !k.isDown && !k.stale && time.Since(k.seen) < lookEvery
	k.mu.Unlock()
	if k.of == nil && fresh || k.of != nil && k.of.over(ctx) == nil {
		return nil
	}
	if unfinished, err := k.look(ctx); err != nil || unfinished > 0 || k.of == nil && !k.down() {
		return nil //nolint:nilerr // it is looked at again
	}
	return failed(k.op("Get"), ErrShutdown)
}
