package embedded_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"example.com/asyncgo/distributed"
	"example.com/asyncgo/distributed/embedded"
)

func ExampleOpen() {
	ctx := context.Background()
	c, err := embedded.Open(ctx, distributed.Config{})
	fmt.Println(err)
	fmt.Println(c.Close(ctx)) // the server too
	// Output:
	// <nil>
	// <nil>
}

func ExampleStart() {
	ctx := context.Background()
	server, err := embedded.Start(ctx, embedded.Config{}) // data in a temporary folder, no port
	fmt.Println(err)
	fmt.Println(server.Close(ctx))
	// Output:
	// <nil>
	// <nil>
}

func ExampleServer_Connect() {
	ctx := context.Background()
	server, _ := embedded.Start(ctx, embedded.Config{})
	defer func() { _ = server.Close(ctx) }()
	a, _ := server.Connect(ctx, distributed.Config{}) // as if on two machines
	b, _ := server.Connect(ctx, distributed.Config{})
	av, _ := distributed.OpenVariable[string](ctx, a, "greeting")
	bv, _ := distributed.OpenVariable[string](ctx, b, "greeting")
	fmt.Println(av.Set(ctx, "hello"))
	fmt.Println(bv.Get(ctx))
	fmt.Println(a.Close(ctx), b.Close(ctx))
	// Output:
	// <nil>
	// hello <nil>
	// <nil> <nil>
}

func ExampleServer_URL() {
	ctx := context.Background()
	server, _ := embedded.Start(ctx, embedded.Config{Listen: "127.0.0.1:0", Token: "secret"})
	defer func() { _ = server.Close(ctx) }()
	fmt.Println(strings.HasPrefix(server.URL(), "nats://127.0.0.1:"))
	// Output: true
}

func ExampleServer_Close() {
	ctx := context.Background()
	server, _ := embedded.Start(ctx, embedded.Config{})
	c, _ := server.Connect(ctx, distributed.Config{Logger: slog.New(slog.DiscardHandler)})
	fmt.Println(c.Close(ctx)) // the clients first
	fmt.Println(server.Close(ctx))
	// Output:
	// <nil>
	// <nil>
}
