// Echo-server sends each line back to where it came from, and stops cleanly:
// connections on which nothing comes do not delay it.
//
// It mirrors asyncio.start_server and open_connection; main.py is the original.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"example.com/asyncgo/taskgroup"
)

// serve answers connections until ctx ends, and returns once all of them are
// closed. A connection that fails is logged and ends no other one.
func serve(ctx context.Context, listener net.Listener) error {
	defer listener.Close()
	failed := func(_ context.Context, task taskgroup.TaskInfo, err error) {
		log.Printf("%s: %v", task.Name, err)
	}
	return taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		for {
			// Accept takes no context, but returns when the listener is closed.
			conn, err := taskgroup.Interruptible(ctx, func() { _ = listener.Close() }, listener.Accept)
			if err != nil {
				return err
			}
			// A task that was accepted is called, so each connection is closed.
			accepted := g.Go(func(ctx context.Context) error {
				defer conn.Close()
				return echo(ctx, conn)
			}, taskgroup.Named(conn.RemoteAddr().String()))
			if !accepted {
				_ = conn.Close()
			}
		}
	}, taskgroup.WithKeepGoing(), taskgroup.WithErrorHandler(failed))
}

func echo(ctx context.Context, conn net.Conn) error {
	lines := bufio.NewReader(conn)
	for {
		// Only reading is interrupted: a line that has been read is answered.
		line, err := taskgroup.Interruptible(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) },
			func() (string, error) { return lines.ReadString('\n') })
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		// A client that does not read delays the stop no longer than this.
		if err := conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
			return err
		}
		if _, err := io.WriteString(conn, line); err != nil {
			return err
		}
	}
}

func exchange(conn net.Conn, text string) error {
	if _, err := fmt.Fprintln(conn, text); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	fmt.Print("echo: ", line)
	return err
}

func run(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// A task that is canceled before it begins is not called, so a Task.Cancel
	// might leave the listener open. With a done context it is called.
	serving, stop := context.WithCancel(ctx)
	defer stop()
	server := taskgroup.Start(serving, taskgroup.NoValue(func(ctx context.Context) error { return serve(ctx, listener) }))
	address := listener.Addr().String()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	idle, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer idle.Close()
	if err := errors.Join(exchange(conn, "hello"), exchange(idle, "world"), conn.Close()); err != nil {
		return err
	}

	// A connection on which nothing comes does not delay the stop.
	stop()
	if _, err := server.Wait(ctx); !taskgroup.Cancelled(err) {
		return err
	}
	fmt.Println("server stopped")
	if _, err := idle.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
		fmt.Println("connection closed")
	}
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
