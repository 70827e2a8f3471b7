// Package link lets package embedded connect a client over memory, without
// NATS in the public surface of package distributed.
package link

import "github.com/nats-io/nats.go"

// Options are what only package embedded says about a connection.
type Options struct {
	NATS   []nats.Option
	Closed func() // called when the client has closed
}

// Connect is a func(context.Context, string, distributed.Config, Options)
// (*distributed.Client, error), set by package distributed.
var Connect any
