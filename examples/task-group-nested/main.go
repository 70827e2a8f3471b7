// Task-group-nested has groups in the tasks of a group: each handles its own
// failures, or passes them on.
//
// It mirrors nested asyncio.TaskGroups; main.py is the original.
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

var errSecret = errors.New("secret is not for you")

func fetch(ctx context.Context, article string) (string, error) {
	if err := taskgroup.Sleep(ctx, 10*time.Millisecond); err != nil {
		return "", err
	}
	if article == "secret" {
		return "", errSecret
	}
	return article, nil
}

func load(ctx context.Context, articles []string) ([]string, error) {
	loaded := make([]string, len(articles))
	err := taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		for i, article := range articles {
			g.Go(func(ctx context.Context) (err error) {
				loaded[i], err = fetch(ctx, article)
				return err
			})
		}
		return nil
	})
	return loaded, err
}

func section(ctx context.Context, name string, articles []string) (string, error) {
	loaded, err := load(ctx, articles)
	if errors.Is(err, errSecret) { // wherever it is in the *GroupError
		return fmt.Sprintf("%s: left out, %v", name, errSecret), nil
	}
	return fmt.Sprintf("%s: %s", name, strings.Join(loaded, ", ")), err
}

func main() {
	ctx := context.Background()

	// A failure that is handled inside ends the inner group alone.
	sections, err := taskgroup.Gather(ctx,
		func(ctx context.Context) (string, error) { return section(ctx, "news", []string{"sports", "weather"}) },
		func(ctx context.Context) (string, error) { return section(ctx, "staff", []string{"menu", "secret"}) },
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range sections {
		fmt.Println(text)
	}

	// One that is not handled ends the outer group, too: a group in a group.
	err = taskgroup.Run(ctx, func(_ context.Context, g *taskgroup.Group) error {
		g.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
		g.Go(func(ctx context.Context) error {
			_, err := load(ctx, []string{"menu", "secret"})
			return err
		})
		return nil
	})
	if errors.Is(err, errSecret) { // at any depth: nothing to unpack
		fmt.Println("front page:", errSecret)
	}
}
