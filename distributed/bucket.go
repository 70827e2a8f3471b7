package distributed

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// bucket opens a key-value bucket of the namespace, and makes it if there is
// none.
func (c *Client) bucket(ctx context.Context, cfg jetstream.KeyValueConfig) (jetstream.KeyValue, error) {
	c.mu.Lock()
	bucket := c.buckets[cfg.Bucket]
	c.mu.Unlock()
	if bucket != nil {
		return bucket, nil
	}
	name := cfg.Bucket
	cfg.Bucket = c.ns + "_" + name
	cfg.Replicas = c.cfg.Replicas
	bucket, err := c.js.KeyValue(ctx, cfg.Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		bucket, err = c.js.CreateKeyValue(ctx, cfg)
		if errors.Is(err, jetstream.ErrBucketExists) {
			bucket, err = c.js.KeyValue(ctx, cfg.Bucket)
		}
	}
	if err == nil && cfg.TTL > 0 {
		// Another lease may have been agreed on since the bucket was made.
		status, serr := bucket.Status(ctx)
		if serr != nil {
			return nil, serr
		}
		if status.TTL() != cfg.TTL {
			cfg.Replicas = status.Config().Replicas
			bucket, err = c.js.UpdateKeyValue(ctx, cfg)
		}
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.buckets[name] = bucket
	c.mu.Unlock()
	return bucket, nil
}

// bucketStream is the stream behind a bucket, bucketSubject the subject of a
// key.
func (c *Client) bucketStream(name string) string { return "KV_" + c.ns + "_" + name }

func (c *Client) bucketSubject(name, key string) string {
	return "$KV." + c.ns + "_" + name + "." + key
}
