package distributed

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Memo is [Func] where calls with equal name and key, from whatever process,
// are one call while it runs, and for keep after it succeeded: keep is rounded
// up to whole seconds. All get its value, the first one that was recorded. No
// caller's context cancels it. An error goes to the calls that wait for it and
// is not kept: the next call runs anew. With the key "" a call is one of its
// own. It panics with [ErrMisuse] if the name or the key is wrong, keep is
// below 1 s or key is nil.
func Memo[In, Out any](c *Client, name string, keep time.Duration, key func(in In) string) func(ctx context.Context, in In) (Out, error) {
	checkName("function", name)
	if keep < time.Second || key == nil {
		panic(misused("function %s: Memo with keep below 1 s, or without a key function", name))
	}
	return func(ctx context.Context, in In) (Out, error) {
		op := "function " + name
		k := key(in)
		checkKey(op, k)
		id := memoPrefix + digest(name, k)
		return callWith[Out](ctx, c, op, in, func(r *caller, data []byte) (*answer, error) {
			if k == "" {
				return r.call(ctx, op, name, data)
			}
			m := r.message(name, id, data)
			m.Header.Set(headerKeep, strconv.FormatInt(keep.Milliseconds(), 10))
			return r.memo(ctx, op, name, id, m)
		})
	}
}

const memoPrefix = "memo-"

// isMemo reports that a call belongs to all that make it.
func isMemo(id string) bool { return strings.HasPrefix(id, memoPrefix) }

// memo makes a call that is shared, or waits for the one that runs.
func (r *caller) memo(ctx context.Context, op, name, id string, m *nats.Msg) (*answer, error) {
	got := make(chan *answer, 1)
	sub, err := r.c.conn.Subscribe(r.c.resultSubject(id), func(m *nats.Msg) {
		if a, err := unpack(m.Data); err == nil {
			select {
			case got <- a:
			default:
			}
		}
	})
	if err != nil {
		return nil, failed(op, ErrClosed)
	}
	defer func() { _ = sub.Unsubscribe() }()
	seq, a, err := r.share(ctx, op, name, id, m)
	if a != nil || err != nil {
		return a, err
	}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for missing := 0; ; {
		back := r.c.returned.next()
		select {
		case a := <-got:
			if a.Seq >= seq || a.Err == nil {
				return a, nil
			}
			continue
		case <-back:
		case <-look.C:
		case <-ctx.Done():
			select {
			case a := <-got:
				if a.Seq >= seq || a.Err == nil {
					return a, nil
				}
			default:
			}
			return nil, ended(ctx, op, "no worker has answered yet")
		case <-r.c.open.Done():
			return nil, failed(op, ErrClosed)
		}
		a, gone := r.find(id, seq)
		switch {
		case a != nil:
			return a, nil
		case !gone:
			missing = 0
		case missing > 1:
			return nil, failed(op, unconfirmed(errNoResult))
		default:
			missing++
		}
	}
}

// share returns the value that is kept, or else the sequence of the call to
// wait for. The id of a call that has ended without one is still remembered by
// the servers; then the next generation of the id is stored, which is derived
// from the sequence of the last, so that all callers arrive at the same one.
func (r *caller) share(ctx context.Context, op, name, id string, m *nats.Msg) (seq uint64, a *answer, err error) {
	if a := r.success(ctx, id); a != nil {
		return 0, a, nil
	}
	for {
		seq, known, err := r.submit(ctx, op, name, m)
		if err != nil || !known {
			return seq, nil, err
		}
		ended := false
		for !ended {
			if err := r.c.usable(ctx, op); err != nil {
				return 0, nil, err
			}
			try, cancel := r.c.attempt(ctx)
			a, kerr := r.kept(try, id)
			gone := false
			if kerr == nil && (a == nil || a.Seq < seq) {
				m, gerr := r.c.fromLeader(try, r.c.callStream(), selection{Seq: seq})
				gone, kerr = m == nil, gerr
			}
			cancel()
			switch {
			case kerr != nil:
				r.c.sleep(ctx, poll)
			case a != nil && a.Err == nil:
				return 0, a, nil
			case a != nil && a.Seq >= seq: // it has failed
				ended = true
			case gone:
				if a := r.success(ctx, id); a != nil {
					return 0, a, nil
				}
				ended = true
			default:
				return seq, nil, nil // it runs, or waits for a worker
			}
		}
		m.Header.Set(jetstream.MsgIDHeader, id+"#"+strconv.FormatUint(seq, 10))
	}
}

// success returns the value that is kept under id, or nil.
func (r *caller) success(ctx context.Context, id string) *answer {
	try, cancel := r.c.attempt(ctx)
	defer cancel()
	if a, err := r.kept(try, id); err == nil && a != nil && a.Err == nil {
		return a
	}
	return nil
}
