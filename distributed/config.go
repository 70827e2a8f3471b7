package distributed

import (
	"crypto/tls"
	"log/slog"
	"time"
)

// Config is what a client says about itself and its namespace. The zero Config
// is ready to use.
type Config struct {
	// Namespace separates programs on the same servers; "" is "asyncgo".
	Namespace string
	// Lease is how long a process keeps what it holds after its last sign of
	// life: whole milliseconds, at least 1 s; 0 is 30 s. It must be more than
	// twice the time in which the cluster replaces a server, which is 5 to 9 s.
	// All clients of a namespace have the same one, or [ErrMismatch].
	Lease time.Duration
	// Codec is how values become bytes; nil is JSON. All clients of a namespace
	// have the same one, or [ErrMismatch].
	Codec Codec

	// Replicas is the number of copies of what this client creates; 0 is three
	// in a cluster, and one on a single server.
	Replicas int
	// Attempts is how often a call is handed to this client's [Serve], and to
	// others, before it is given up; 0 is 4.
	Attempts int
	// Grace is how long the handlers of [Serve] go on after its context has
	// ended.
	Grace time.Duration
	// Token is one of the ways to log in; a user and password stand in the URL.
	Token string
	// Credentials is the name of a file with the credentials of a NATS user.
	Credentials string
	// TLS is the configuration of encrypted connections.
	TLS *tls.Config
	// Logger gets the events; nil is [slog.Default].
	Logger *slog.Logger
	// Reconfigure changes what exists with other settings to the wanted ones,
	// and opens again a queue that was shut down.
	Reconfigure bool
}

const (
	defaultNamespace = "asyncgo"
	defaultLease     = 30 * time.Second
	defaultAttempts  = 4
	maxReplicas      = 5
)

// withDefaults fills in the defaults, and panics if a setting is wrong.
func (c Config) withDefaults() Config {
	if c.Namespace == "" {
		c.Namespace = defaultNamespace
	}
	checkNamespace(c.Namespace)
	if c.Lease == 0 {
		c.Lease = defaultLease
	}
	if c.Lease < time.Second || c.Lease%time.Millisecond != 0 {
		panic(misused("Lease %v: whole milliseconds, at least 1 s", c.Lease))
	}
	if c.Replicas < 0 || c.Replicas > maxReplicas {
		panic(misused("Replicas %d: 0 to %d", c.Replicas, maxReplicas))
	}
	if c.Attempts < 0 || c.Grace < 0 {
		panic(misused("negative Attempts or Grace"))
	}
	if c.Attempts == 0 {
		c.Attempts = defaultAttempts
	}
	if c.Codec == nil {
		c.Codec = jsonCodec{}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}
