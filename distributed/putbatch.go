package distributed

import (
	"context"
	"fmt"
	"time"

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
	sent []ahead
}

// ahead is a message that was sent ahead of the answers to those before it.
type ahead struct {
	at     time.Time
	answer jetstream.PubAckFuture // nil: it was not sent
}

func (b *batch) run(ctx context.Context) (n int, err error) {
	defer b.k.notice.send()
	for n < len(b.msgs) {
		b.sendAhead(ctx, n)
		if err := b.finish(ctx, n); err != nil {
			return n, err
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
		at := time.Now()
		answer, err := b.k.c.js.PublishMsgAsync(b.msgs[len(b.sent)], jetstream.WithRetryAttempts(0))
		if err != nil {
			answer = nil
		}
		b.sent = append(b.sent, ahead{at, answer})
	}
	for len(b.sent) <= n {
		b.sent = append(b.sent, ahead{})
	}
}

// finish returns when message n is in, or is not and will not be.
func (b *batch) finish(ctx context.Context, n int) error {
	sent := b.sent[n]
	b.sent[n] = ahead{}
	s := &storing{k: b.k, op: b.op, m: b.msgs[n]}
	if sent.answer != nil {
		err := b.await(ctx, sent.answer)
		if err == nil {
			return nil
		}
		s.last = err
		switch {
		case isFull(err):
			s.isFull, s.last = true, ErrFull
		case mayHaveArrived(err):
			s.doubt = sent.at
		}
	}
	switch {
	case ctx.Err() != nil:
		return s.ended(ctx)
	case b.k.c.open.Err() != nil:
		return s.fail(ErrClosed)
	case s.isTooLate():
		return s.fail(s.last)
	}
	return s.run(ctx, true)
}

// await waits for an answer, which comes or is given up in time. It outlives
// ctx by a moment, like any try.
func (b *batch) await(ctx context.Context, answer jetstream.PubAckFuture) error {
	select {
	case <-answer.Ok():
		return nil
	default:
	}
	try, cancel := b.k.c.attempt(ctx)
	defer cancel()
	select {
	case <-answer.Ok():
		return nil
	case err := <-answer.Err():
		return err
	case <-try.Done():
	}
	select {
	case <-answer.Ok():
		return nil
	default:
		return try.Err()
	}
}
