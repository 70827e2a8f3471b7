package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/taskgroup"
)

var errDisk = errors.New("disk full")

func TestDrainReportsFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		request func(ctx context.Context) error
		want    error
	}{
		{"completes", func(context.Context) error { return nil }, nil},
		{"canceled", func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) }, nil},
		{"fails in time", func(context.Context) error { return errDisk }, errDisk},
		{"fails when it is canceled", func(ctx context.Context) error {
			<-ctx.Done()
			return errDisk
		}, errDisk},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := taskgroup.New(t.Context())
				server.Go(test.request)
				// One that is canceled beside it hides nothing.
				server.Go(func(ctx context.Context) error { return taskgroup.Sleep(ctx, time.Hour) })
				assert.ErrorIs(t, drain(server, time.Second), test.want)
			})
		})
	}
}
