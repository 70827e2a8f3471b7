// Package fleet lets an example run in many processes: it starts a server in
// the first one, and copies of the program that join it.
package fleet

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
)

// The variables by which a process knows where to join. The token is in none of
// the program's arguments, where every user of the machine could read it.
const (
	urlVariable   = "ASYNCGO_URL"
	tokenVariable = "ASYNCGO_TOKEN"
)

// lease is short, so that what a killed worker held is soon another's. Of a
// program that runs for long it is the default, 30 s.
const lease = 3 * time.Second

// Options are how a server is started.
type Options struct {
	Dir    string    // where it keeps its data; "": a temporary folder
	Listen string    // where others may join; "": any free port
	Out    io.Writer // where the children write
}

// Fleet is the first process, with its server and its children.
type Fleet struct {
	*distributed.Client
	server   *embedded.Server
	token    string
	children []*exec.Cmd
	out      io.Writer
}

// Start starts the server.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	token := os.Getenv(tokenVariable)
	if token == "" {
		token = rand.Text()
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	server, err := embedded.Start(ctx, embedded.Config{Dir: o.Dir, Listen: o.Listen, Token: token})
	if err != nil {
		return nil, err
	}
	f := &Fleet{server: server, token: token, out: o.Out}
	if f.Client, err = server.Connect(ctx, distributed.Config{Lease: lease, Reconfigure: true}); err != nil {
		_ = server.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return f, nil
}

// Spawn starts n copies of the program, which stop when ctx ends.
func (f *Fleet) Spawn(ctx context.Context, n int, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for range n {
		child := exec.CommandContext(ctx, self, args...)
		child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
		child.WaitDelay = 10 * time.Second
		child.Env = append(os.Environ(), urlVariable+"="+f.URL(), tokenVariable+"="+f.token)
		child.Stdout, child.Stderr = f.out, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
		f.children = append(f.children, child)
	}
	return nil
}

// URL is where another process joins.
func (f *Fleet) URL() string { return f.server.URL() }

// Close waits for the children, which end when there is nothing more to do or
// when the context of Spawn ends, and stops the client and the server.
func (f *Fleet) Close() error {
	for _, child := range f.children {
		if err := child.Wait(); err != nil {
			fmt.Fprintf(f.out, "process %d: %v\n", child.Process.Pid, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := f.Client.Close(ctx)
	if e := f.server.Close(ctx); err == nil {
		err = e
	}
	return err
}

// Join connects to the server of the process that has started this one, or at
// url. It returns nil if this is the first process.
func Join(ctx context.Context, url string) (*distributed.Client, error) {
	if url == "" {
		url = os.Getenv(urlVariable)
	}
	if url == "" {
		return nil, nil //nolint:nilnil // this is the first process
	}
	return distributed.Connect(ctx, url, distributed.Config{Lease: lease, Token: os.Getenv(tokenVariable)})
}

// Leave closes a client that has joined.
func Leave(c *distributed.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.Close(ctx)
}
