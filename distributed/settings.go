package distributed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

const wireVersion = 1

// settings are what all clients of a namespace agree on.
type settings struct {
	Wire  int    `json:"wire"`
	Lease int64  `json:"lease_ms"`
	Codec string `json:"codec"`
}

// join makes the client a member of its namespace: it compares the settings,
// and begins its session.
func (c *Client) join(ctx context.Context) error {
	return c.read(ctx, opConnect, func(ctx context.Context) error {
		err := c.agree(ctx)
		if err == nil {
			err = c.beginSession(ctx)
		}
		if notSent(err) {
			return fmt.Errorf("JetStream does not answer: %w", err)
		}
		return err
	})
}

// agree stores the settings if there are none, compares them otherwise, and
// changes them if the client may.
func (c *Client) agree(ctx context.Context) error {
	mine := settings{wireVersion, c.cfg.Lease.Milliseconds(), c.cfg.Codec.Name()}
	text, err := json.Marshal(mine)
	if err != nil {
		return permanent{err}
	}
	meta, err := c.bucket(ctx, jetstream.KeyValueConfig{Bucket: "meta"})
	if err != nil {
		return err
	}
	entry, err := meta.Get(ctx, "settings")
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		_, err := meta.Create(ctx, "settings", text)
		return err
	}
	if err != nil {
		return err
	}
	var theirs settings
	if err := json.Unmarshal(entry.Value(), &theirs); err != nil {
		return permanent{fmt.Errorf("%w: the settings of namespace %s cannot be read: %w", ErrMismatch, c.ns, err)}
	}
	if theirs == mine {
		return nil
	}
	mismatch := fmt.Errorf("%w: namespace %s has %s, wanted %s", ErrMismatch, c.ns, entry.Value(), text)
	if !c.cfg.Reconfigure {
		return permanent{mismatch}
	}
	if theirs.Lease != mine.Lease {
		others, err := c.othersIn(ctx)
		if err != nil {
			return err
		}
		if others > 0 {
			return permanent{fmt.Errorf("%w; the lease is changed only while no other client is there, and %d are", mismatch, others)}
		}
	}
	_, err = meta.Update(ctx, "settings", text, entry.Revision())
	return err
}

// othersIn counts the sessions of other clients.
func (c *Client) othersIn(ctx context.Context) (int, error) {
	sessions, err := c.sessions(ctx)
	if err != nil {
		return 0, err
	}
	keys, err := sessions.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return 0, nil
	}
	return len(keys), err
}
