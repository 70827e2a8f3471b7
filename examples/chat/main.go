// Chat is a server that sends what one member says to the others. When it stops,
// each member still gets the lines that came before, and a last one.
//
// It mirrors a chat over asyncio.start_server; main.py is the original.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// A line goes to the queue of each member, so that one that does not read delays
// no other. asyncio keeps what was written and not sent without a limit.
const unsent = 100

// A member that does not read delays the stop no longer than this.
const grace = 5 * time.Second

type chat struct {
	mu      sync.Mutex
	members map[*queue.Queue[string]]bool
}

func (c *chat) join(out *queue.Queue[string]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members[out] = true
}

func (c *chat) leave(out *queue.Queue[string]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.members, out)
}

func (c *chat) say(line string, but *queue.Queue[string]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for out := range c.members {
		if out != but {
			_ = out.TryPut(line) // a full queue misses the line
		}
	}
}

// serve runs the chat until ctx ends, and returns once each connection is closed.
func (c *chat) serve(ctx context.Context, listener net.Listener) error {
	defer listener.Close()
	failed := func(_ context.Context, task taskgroup.TaskInfo, err error) {
		log.Printf("%s: %v", task.Name, err)
	}
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		for {
			conn, err := taskgroup.Interruptible(ctx, func() { _ = listener.Close() }, listener.Accept)
			if err != nil {
				return err
			}
			accepted := g.Go(func(ctx context.Context) error { return c.member(ctx, conn) },
				taskgroup.Named(conn.RemoteAddr().String()))
			if !accepted {
				_ = conn.Close()
			}
		}
	}, taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(failed))
}

// member sends to one connection and reads from it, until it is closed or the
// chat stops.
func (c *chat) member(stopping context.Context, conn net.Conn) error {
	defer conn.Close()
	out := queue.New[string](unsent)
	return taskgroup.Run(stopping, func(ctx context.Context, g *taskgroup.Group) error {
		// It ends with the queue: after ctx, what is in it is still sent.
		g.Go(func(ctx context.Context) error {
			_, err := taskgroup.Shield(ctx, grace, taskgroup.NoValue(func(ctx context.Context) error {
				return send(ctx, conn, out)
			}))
			return err
		})

		lines := bufio.NewReader(conn)
		name, err := read(ctx, conn, lines)
		if err == nil {
			c.join(out)
			c.say(name+" joined", nil)
			for err == nil {
				var line string
				if line, err = read(ctx, conn, lines); err == nil {
					c.say(name+": "+line, out)
				}
			}
			c.leave(out)
		}
		switch {
		case stopping.Err() != nil:
			_ = out.TryPut("chat closed")
		case name != "":
			c.say(name+" left", nil)
		}
		out.Shutdown()
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	})
}

func read(ctx context.Context, conn net.Conn, lines *bufio.Reader) (string, error) {
	line, err := taskgroup.Interruptible(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) },
		func() (string, error) { return lines.ReadString('\n') })
	return strings.TrimSpace(line), err
}

// send writes what is in the queue, until that is shut down and empty.
func send(ctx context.Context, conn net.Conn, out *queue.Queue[string]) error {
	for line, err := range out.All(ctx) {
		if err != nil {
			return err
		}
		if err := conn.SetWriteDeadline(time.Now().Add(grace)); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(conn, line); err != nil {
			return err
		}
	}
	return nil
}

// client is one side of a connection, for the demonstration.
type client struct {
	name  string
	conn  net.Conn
	lines *bufio.Scanner
}

func connect(listener net.Listener, name string) *client {
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	c := &client{name, conn, bufio.NewScanner(conn)}
	c.say(name)
	return c
}

func (c *client) say(text string) {
	if _, err := fmt.Fprintln(c.conn, text); err != nil {
		log.Fatal(err)
	}
}

func (c *client) get() {
	line := "the end"
	if c.lines.Scan() {
		line = c.lines.Text()
	}
	fmt.Printf("%s got: %s\n", c.name, line)
}

func main() {
	ctx := context.Background()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	c := &chat{members: map[*queue.Queue[string]]bool{}}
	serving, stop := context.WithCancel(ctx)
	server := taskgroup.Start(serving, taskgroup.NoValue(func(ctx context.Context) error { return c.serve(ctx, listener) }))

	red := connect(listener, "red")
	red.get()
	blue := connect(listener, "blue")
	red.get()
	blue.get()
	red.say("hello")
	blue.get()
	_ = blue.conn.Close()
	red.get()
	stop()
	if _, err := server.Wait(ctx); !taskgroup.Cancelled(err) {
		log.Fatal(err)
	}
	fmt.Println("chat stopped")
	red.get()
	red.get()
	_ = red.conn.Close()
}
