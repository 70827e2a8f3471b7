package docs_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// readLine ends when ctx does: then a read that blocks fails at once.
func readLine(ctx context.Context, conn net.Conn, in *bufio.Reader) (string, error) {
	return taskgroup.Interruptible(ctx, func() { _ = conn.SetReadDeadline(time.Now()) },
		func() (string, error) { return in.ReadString('\n') })
}

// echo writes each line back. At the end of ctx the line that has been read is
// still written.
func echo(ctx context.Context, conn net.Conn) error {
	in := bufio.NewReader(conn)
	for {
		line, err := readLine(ctx, conn, in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := io.WriteString(conn, line); err != nil {
			return err
		}
	}
}

// serve accepts connections until ctx ends, each in a task of g.
func serve(ctx context.Context, g *taskgroup.Group, listener net.Listener, handle func(context.Context, net.Conn) error) error {
	defer listener.Close()
	for {
		conn, err := taskgroup.Interruptible(ctx, func() { _ = listener.Close() }, listener.Accept)
		if err != nil {
			return err // that of ctx, if it has ended
		}
		accepted := g.Go(func(ctx context.Context) error {
			defer conn.Close() // runs in any case: an accepted task is called
			return handle(ctx, conn)
		})
		if !accepted {
			return conn.Close()
		}
	}
}

func Example_echoServer() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error {
		return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			return serve(ctx, g, listener, echo)
		},
			taskgroup.WithKeepGoing(), // a connection that fails is not the end of the server
			taskgroup.WithErrorHandler(func(_ context.Context, task taskgroup.TaskInfo, err error) { fmt.Println(task.Name, err) }),
			taskgroup.WithGrace(10*time.Second))
	}))

	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return
	}
	fmt.Fprintln(conn, "hello")
	line, err := bufio.NewReader(conn).ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	cancel() // as a signal does, by WithSignals
	_, err = conn.Read(make([]byte, 1))
	fmt.Println("the connection:", err)
	_, err = server.Wait(context.Background())
	fmt.Println(taskgroup.Cancelled(err))
	// Output:
	// "hello\n" <nil>
	// the connection: EOF
	// true
}

// A room has the outbox of each member.
type room struct {
	lock    sync.Mutex
	members map[*queue.Queue[string]]bool
}

func (r *room) join(outbox *queue.Queue[string]) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.members[outbox] = true
}

func (r *room) leave(outbox *queue.Queue[string]) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.members, outbox)
}

func (r *room) send(line string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	for outbox := range r.members {
		_ = outbox.TryPut(line) // a member that does not read loses lines
	}
}

// member serves one connection: a task writes what is in the outbox, and the
// loop passes what it reads to the room.
func (r *room) member(ctx context.Context, conn net.Conn) error {
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		outbox := queue.New[string](100)
		r.join(outbox)
		defer func() { // the orderly stop: what is in the outbox is still written, for at most 5 s
			r.leave(outbox)
			outbox.Shutdown()
			_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
		}()
		g.Go(func(ctx context.Context) error {
			for line := range outbox.Items(ctx) {
				if _, err := io.WriteString(conn, line); err != nil {
					return err
				}
			}
			return ctx.Err()
		}, taskgroup.Shielded()) // ends by the Shutdown, not by a cancellation
		in := bufio.NewReader(conn)
		for {
			line, err := readLine(ctx, conn, in)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			r.send(line)
		}
	})
}

func Example_chatServer() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	r := &room{members: map[*queue.Queue[string]]bool{}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := taskgroup.Start(ctx, taskgroup.NoValue(func(ctx context.Context) error {
		return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
			return serve(ctx, g, listener, r.member)
		})
	}))
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return
	}
	in := bufio.NewReader(conn)
	fmt.Fprintln(conn, "hello")
	fmt.Println(in.ReadString('\n')) // a member gets its own lines
	r.send("the server stops\n")
	cancel()
	fmt.Println(in.ReadString('\n'))
	_, err = in.ReadByte()
	fmt.Println("the connection:", err)
	_, err = server.Wait(context.Background())
	fmt.Println(taskgroup.Cancelled(err))
	// Output:
	// hello
	//  <nil>
	// the server stops
	//  <nil>
	// the connection: EOF
	// true
}

// An idle timeout is a time scope around the read.
func TestIdleTimeout(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	in := bufio.NewReader(ours)
	_, err := taskgroup.WaitFor(t.Context(), time.Millisecond, func(ctx context.Context) (string, error) {
		return readLine(ctx, ours, in)
	})
	assert.ErrorIs(t, err, taskgroup.ErrTimeout)
}

// The failure of main, here of Accept, is returned although the handler takes
// those of the tasks.
func TestServersOwnFailure(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	err = taskgroup.Run(t.Context(), func(ctx context.Context, g *taskgroup.Group) error {
		return serve(ctx, g, listener, echo)
	}, taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(func(context.Context, taskgroup.TaskInfo, error) {}))
	require.ErrorIs(t, err, net.ErrClosed)
	assert.False(t, taskgroup.Cancelled(err))
}
