// Staggered connects to the first of several addresses that answers, without
// trying all of them at once (Happy Eyeballs).
//
// It mirrors asyncio.staggered.staggered_race; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func connect(address string) taskgroup.Func[string] {
	return func(ctx context.Context) (string, error) {
		fmt.Println("trying", address)
		switch address {
		case "2001:db8::1": // does not answer
			if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
				fmt.Println("gave up", address)
				return "", err
			}
		case "192.0.2.1":
			return "", errors.New("connection refused")
		}
		return "connection to " + address, nil
	}
}

// closeConnection gets the connections that came second: a call may still succeed
// before its cancellation reaches it. asyncio drops them.
func closeConnection(connection string) { fmt.Println("closed", connection) }

func main() {
	// The next address is tried when the one before has failed, or has not
	// answered for a while.
	connection, err := taskgroup.Staggered(context.Background(), 250*time.Millisecond, closeConnection,
		connect("2001:db8::1"),
		connect("192.0.2.1"),
		connect("192.0.2.2"),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("got", connection)
}
