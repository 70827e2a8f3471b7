// Gather-mixed runs calls at once that have results of different types.
//
// It mirrors asyncio.gather; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

type user struct{ name string }

var errNoUser = errors.New("no user 0")

func loadUser(number int) taskgroup.Func[user] {
	return func(ctx context.Context) (user, error) {
		if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
			return user{}, err
		}
		if number == 0 {
			return user{}, errNoUser
		}
		return user{"Ada"}, nil
	}
}

func loadOrders(number int) taskgroup.Func[[]string] {
	return func(ctx context.Context) ([]string, error) {
		if err := taskgroup.Sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
		return map[int][]string{7: {"book", "lamp"}}[number], nil
	}
}

func loadPoints(number int) taskgroup.Func[int] {
	return func(context.Context) (int, error) { return 120 + number, nil }
}

func main() {
	ctx := context.Background()

	// Each result has its own type, checked by the compiler.
	u, orders, points, err := taskgroup.Gather3(ctx, loadUser(7), loadOrders(7), loadPoints(7))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s has %d points and ordered %s\n", u.name, points, strings.Join(orders, " and "))

	u, points, err = taskgroup.Gather2(ctx, loadUser(0), loadPoints(0))
	switch {
	case errors.Is(err, errNoUser):
		fmt.Println(errNoUser)
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Printf("%s has %d points\n", u.name, points)
	}
}
