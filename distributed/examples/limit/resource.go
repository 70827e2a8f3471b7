package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// resource is what the processes use: a server that counts how many do at once,
// and refuses a token that is smaller than the last one of its slot. That is
// what makes it safe from a process that was stopped for longer than its lease.
type resource struct {
	listener net.Listener
	served   sync.WaitGroup

	mu    sync.Mutex
	now   int
	most  int
	used  int
	stale int
	last  map[int]uint64
}

func newResource(ctx context.Context) (*resource, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &resource{listener: listener, last: map[int]uint64{}}
	r.served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.served.Go(func() { r.serve(conn) })
		}
	})
	return r, nil
}

func (r *resource) address() string { return r.listener.Addr().String() }

func (r *resource) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	var slot int
	var token uint64
	if _, err := fmt.Fscanln(conn, &slot, &token); err != nil {
		return
	}
	if !r.begin(slot, token) {
		_, _ = fmt.Fprintln(conn, "stale")
		return
	}
	time.Sleep(10 * time.Millisecond) // the use
	r.end()
	_, _ = fmt.Fprintln(conn, "ok")
}

func (r *resource) begin(slot int, token uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token < r.last[slot] {
		r.stale++
		return false
	}
	r.last[slot] = token
	r.used++
	r.now++
	r.most = max(r.most, r.now)
	return true
}

func (r *resource) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now--
}

// close stops the resource and returns what it has counted.
func (r *resource) close() (used, most, stale int) {
	_ = r.listener.Close()
	r.served.Wait()
	return r.used, r.most, r.stale
}

// use uses the resource once.
func use(ctx context.Context, address string, slot int, token uint64) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := fmt.Fprintln(conn, slot, token); err != nil {
		return err
	}
	if _, err = bufio.NewReader(conn).ReadString('\n'); err != nil && ctx.Err() != nil {
		return ctx.Err() // that has closed the connection
	}
	return err
}
