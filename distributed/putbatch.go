package distributed

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// batchAhead is how many items of a batch are sent ahead of their answers.
const batchAhead = 256

// PutBatch is [Queue.Put] of all of vs, in order, without waiting for the
// answer to each. vs[:n] are in; of the others some may be, and n == len(vs)
// exactly when the error is nil. Nothing is sent if one cannot be encoded or is
// too large. The errors are those of Put.
func (q *Queue[T]) PutBatch(ctx context.Context, vs []T) (n int, err error) {
	q.notDead("PutBatch")
	op := q.op("PutBatch")
	batch := &batch{k: q.queueCore, op: op, msgs: make([]*nats.Msg, len(vs))}
	keys, levels := make([]string, len(vs)), make([]int, len(vs))
	for i, v := range vs {
		keys[i], levels[i] = q.identify(v)
	}
	if err := q.c.usable(ctx, op); err != nil {
		return 0, err
	}
	for i, v := range vs {
		data, err := q.c.encode(v)
		if err != nil {
			return 0, failed(op, fmt.Errorf("item %d: %w", i, err))
		}
		batch.msgs[i] = q.message(keys[i], levels[i], data, 0)
	}
	return batch.run(ctx)
}

// batch is one PutBatch. It sends up to batchAhead messages and takes their
// answers in order. A message without a good answer is put by itself, under the
// same id; until that has succeeded none is sent ahead.
type batch struct {
	k    *queueCore
	op   string
	msgs []*nats.Msg
	sent []jetstream.PubAckFuture // nil: to be put by itself
}

func (b *batch) run(ctx context.Context) (n int, err error) {
	defer b.k.notice.send()
	for n < len(b.msgs) {
		b.sendAhead(ctx, n)
		if !b.isIn(n) {
			if err := b.k.store(ctx, b.op, b.msgs[n], true); err != nil {
				return n, err
			}
		}
		n++
		if n%64 == 0 {
			b.k.notice.send()
		}
	}
	return n, nil
}

func (b *batch) sendAhead(ctx context.Context, n int) {
	for len(b.sent) < min(len(b.msgs), n+batchAhead) && ctx.Err() == nil && b.k.c.open.Err() == nil && !b.k.room.Locked() {
		future, err := b.k.c.js.PublishMsgAsync(b.msgs[len(b.sent)], jetstream.WithRetryAttempts(0))
		if err != nil {
			future = nil
		}
		b.sent = append(b.sent, future)
	}
	for len(b.sent) <= n {
		b.sent = append(b.sent, nil)
	}
}

// isIn waits for the answer to message n, which comes or is given up in time.
func (b *batch) isIn(n int) bool {
	future := b.sent[n]
	if future == nil {
		return false
	}
	b.sent[n] = nil
	select {
	case <-future.Ok():
		return true
	case <-future.Err(): //nolint:errcheck // putting it by itself says why
	case <-b.k.c.life.Done():
	}
	return false
}
