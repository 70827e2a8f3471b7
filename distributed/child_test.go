package distributed_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
	"example.com/asyncgo/distributed/internal/servers"
	"example.com/asyncgo/taskgroup"
)

// The crash tests start this test's binary as children, which have a role and
// say on their standard output, line by line, what they do. A child ends with
// its parent.

// process is a child.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string
}

// start starts a child with a role and its settings.
func start(t *testing.T, role string, settings ...string) *process {
	t.Helper()
	return startBinary(t, os.Args[0], role, settings...)
}

// startBinary is start for a binary that was built in another way.
func startBinary(t *testing.T, binary, role string, settings ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, "-test.run=^$")
	cmd.Env = append(os.Environ(), append([]string{"ASYNCGO_CHILD=" + role}, settings...)...)
	cmd.Stderr = os.Stderr
	dieWithParent(cmd)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &process{cmd: cmd, stdin: in, lines: make(chan string, 1<<16)}
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.lines <- lines.Text()
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// kill kills the child, as the system does when memory runs out.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// await returns the rest of the next line that begins with word.
func (p *process) await(t *testing.T, word string) string {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case line, ok := <-p.lines:
			require.True(t, ok, "the child has ended without %q", word)
			if rest, ok := strings.CutPrefix(line, word); ok {
				return strings.TrimSpace(rest)
			}
		case <-timeout:
			require.FailNow(t, "the child does not say "+word)
		}
	}
}

// settings say where a child works.
func (s *site) settings(ns string, lease time.Duration) []string {
	return []string{"ASYNCGO_URLS=" + s.urls, "ASYNCGO_NS=" + ns, "ASYNCGO_LEASE=" + lease.String()}
}

// child is the main function of a child.
func child(role string) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	switch role {
	case "server":
		childServer()
		return
	case "embedded":
		childEmbedded()
		return
	}
	go obey()
	lease, _ := time.ParseDuration(os.Getenv("ASYNCGO_LEASE"))
	ctx := context.Background()
	c, err := distributed.Connect(ctx, os.Getenv("ASYNCGO_URLS"), distributed.Config{Namespace: os.Getenv("ASYNCGO_NS"), Lease: lease, Token: testToken})
	if err != nil {
		say("failed", err)
		return
	}
	roles := map[string]func(context.Context, *distributed.Client) error{
		"hold": childHold, "work": childWork, "serve": childServe, "call": childCall, "permit": childPermit, "put": childPut,
	}
	if err := roles[role](ctx, c); err != nil {
		say("failed", err)
	}
	_ = c.Close(ctx)
}

func say(words ...any) { fmt.Println(words...) }

// jumpClock moves the wall clock of this process, if it was built for that.
var jumpClock func(time.Duration)

// obey moves the clock by what the parent says, and returns when the parent
// closes the child's standard input.
func obey() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		d, err := time.ParseDuration(lines.Text())
		if err == nil && jumpClock != nil {
			jumpClock(d)
			say("jumped")
		}
	}
}

// childHold holds as many items as its settings say, and says what becomes of
// them.
func childHold(ctx context.Context, c *distributed.Client) error {
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{})
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(os.Getenv("ASYNCGO_N"))
	var last *distributed.Item[string]
	for range n {
		if last, err = q.Get(ctx); err != nil {
			return err
		}
		say("held", last.Value)
	}
	<-last.Context().Done()
	say("ended", context.Cause(last.Context()))
	say("done", last.Done())
	say("retry", last.Retry(0))
	select {}
}

// childWork consumes the queue, and says which items are done.
func childWork(ctx context.Context, c *distributed.Client) error {
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{})
	if err != nil {
		return err
	}
	say("ready")
	return taskgroup.Consume(ctx, 8, q.Items, func(_ context.Context, it *distributed.Item[string]) error {
		say("begin", it.Value)
		if err := it.Done(); err != nil {
			say("unsettled", it.Value, err)
			return nil
		}
		say("settled", it.Value)
		return nil
	})
}

// childPut puts numbered items until it is killed, and says which are in.
func childPut(ctx context.Context, c *distributed.Client) error {
	q, err := distributed.OpenQueue(ctx, c, "jobs", distributed.QueueConfig[string]{Key: func(v string) string { return v }})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		v := fmt.Sprintf("%d-%d", os.Getpid(), i)
		if err := q.Put(ctx, v); err != nil {
			return err
		}
		say("in", v)
	}
}

// childServe serves a function that says how often it was begun, and takes its
// time.
func childServe(ctx context.Context, c *distributed.Client) error {
	slow := func(ctx context.Context, d time.Duration) (string, error) {
		say("begin")
		const step = 10 * time.Millisecond
		for range d / step { // the time for which the process is stopped does not count
			if err := taskgroup.Sleep(ctx, step); err != nil {
				say("ended", context.Cause(ctx))
				return "", err
			}
		}
		return strconv.Itoa(os.Getpid()), nil
	}
	die := func(context.Context, int) (int, error) {
		say("dying")
		os.Exit(1)
		return 0, nil
	}
	say("ready")
	return distributed.Serve(ctx, c, 4, distributed.Handle("slow", slow), distributed.Handle("die", die))
}

// childCall makes a call.
func childCall(ctx context.Context, c *distributed.Client) error {
	say("calling")
	_, err := distributed.Func[time.Duration, string](c, "slow")(ctx, 0)
	return err
}

// childPermit acquires permits, and each time uses the resource that checks its
// token.
func childPermit(ctx context.Context, c *distributed.Client) error {
	n, _ := strconv.Atoi(os.Getenv("ASYNCGO_N"))
	s, err := distributed.OpenSemaphore(ctx, c, "db", n)
	if err != nil {
		return err
	}
	resource, err := net.Dial("tcp", os.Getenv("ASYNCGO_RESOURCE"))
	if err != nil {
		return err
	}
	answers := bufio.NewReader(resource)
	use := func(p *distributed.Permit) (string, error) {
		if _, err := fmt.Fprintln(resource, p.Slot(), p.Token()); err != nil {
			return "", err
		}
		return answers.ReadString('\n')
	}
	for {
		p, err := s.Acquire(ctx)
		if err != nil {
			return err
		}
		say("acquired", p.Slot(), p.Token())
		for p.Context().Err() == nil || os.Getenv("ASYNCGO_BLIND") != "" {
			answer, err := use(p)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if strings.TrimSpace(answer) != "ok" {
				say("refused")
				if os.Getenv("ASYNCGO_BLIND") != "" {
					<-p.Context().Done() // it ends a moment after the process goes on
				}
				break
			}
			if os.Getenv("ASYNCGO_KEEP") == "" {
				time.Sleep(time.Millisecond)
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if cause := context.Cause(p.Context()); cause != nil {
			say("lost", cause)
		}
		say("released", p.Release())
	}
}

// childEmbedded is an embedded server with a folder.
func childEmbedded() {
	cfg := embedded.Config{Dir: os.Getenv("ASYNCGO_DIR"), Listen: os.Getenv("ASYNCGO_LISTEN"), Token: testToken}
	s, err := embedded.Start(context.Background(), cfg)
	if err != nil {
		say("failed", err)
		return
	}
	say("ready")
	obey()
	_ = s.Close(context.Background())
}

// childServer is one server of a cluster.
func childServer() {
	i, _ := strconv.Atoi(os.Getenv("ASYNCGO_N"))
	c := &servers.Cluster{Dir: os.Getenv("ASYNCGO_DIR"), Token: testToken}
	for k, port := range strings.Split(os.Getenv("ASYNCGO_PORTS"), ",") {
		n, _ := strconv.Atoi(port)
		if k < 3 {
			c.Clients[k] = n
		} else {
			c.Routes[k-3] = n
		}
	}
	if err := c.Run(i); err != nil {
		say("failed", err)
		return
	}
	say("ready")
	obey()
	c.Stop(i)
}
