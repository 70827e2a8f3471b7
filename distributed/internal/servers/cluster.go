// Package servers runs clusters of three servers for tests and benchmarks.
package servers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Cluster is three servers in this process, on the loopback interface. They may
// also be run one by one, each in a process of its own.
type Cluster struct {
	Dir     string
	Token   string
	Clients [3]int // the ports for clients
	Routes  [3]int // the ports between the servers
	Servers [3]*server.Server
	own     bool
}

// New starts three servers, with their data in dir, or in a folder of their own
// if that is "". It returns when they answer.
func New(dir, token string) (*Cluster, error) {
	c := &Cluster{Dir: dir, Token: token, own: dir == ""}
	if c.own {
		var err error
		if c.Dir, err = os.MkdirTemp("", "asyncgo-cluster-"); err != nil {
			return nil, err
		}
	}
	ports, err := FreePorts(6)
	if err != nil {
		return nil, err
	}
	copy(c.Clients[:], ports)
	copy(c.Routes[:], ports[3:])
	for i := range c.Servers {
		if err := c.Run(i); err != nil {
			c.Close()
			return nil, err
		}
	}
	if err := c.ready(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Run starts server i, also again.
func (c *Cluster) Run(i int) error {
	s, err := server.NewServer(&server.Options{
		ServerName: fmt.Sprintf("n%d", i), Host: "127.0.0.1", Port: c.Clients[i], JetStream: true, NoSigs: true, NoLog: true,
		StoreDir: filepath.Join(c.Dir, fmt.Sprint(i)), Authorization: c.Token, Routes: server.RoutesFromStr(urls(c.Routes)),
		Cluster: server.ClusterOpts{Name: "asyncgo", Host: "127.0.0.1", Port: c.Routes[i], PoolSize: -1},
	})
	if err != nil {
		return err
	}
	s.Start()
	c.Servers[i] = s
	return nil
}

// Stop shuts server i down.
func (c *Cluster) Stop(i int) {
	if s := c.Servers[i]; s != nil {
		s.Shutdown()
		s.WaitForShutdown()
	}
}

// Close stops all, and removes their folder if it is their own.
func (c *Cluster) Close() {
	for i := range c.Servers {
		c.Stop(i)
	}
	if c.own {
		_ = os.RemoveAll(c.Dir)
	}
}

// ready waits until the servers agree on a leader: some seconds.
func (c *Cluster) ready() error {
	const patience = 2 * time.Minute
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		up := 0
		for _, s := range c.Servers {
			if s.ReadyForConnections(50*time.Millisecond) && s.JetStreamIsCurrent() {
				up++
			}
		}
		if up == len(c.Servers) {
			return nil
		}
	}
	return errors.New("the cluster is not ready")
}

// URLs are where clients connect.
func (c *Cluster) URLs() string { return urls(c.Clients) }

func urls(ports [3]int) string {
	var all []string
	for _, port := range ports {
		all = append(all, fmt.Sprintf("nats://127.0.0.1:%d", port))
	}
	return strings.Join(all, ",")
}

// FreePorts returns n ports of the loopback interface that nothing listens on.
func FreePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port) //nolint:forcetypeassert // of TCP
	}
	return ports, nil
}
