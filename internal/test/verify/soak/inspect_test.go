package soak_test

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

// TestSoakSeen is TestSoak with a default monitor, which is looked at all the
// time, and others that are opened and closed meanwhile: nothing is left of what
// has ended.
func TestSoakSeen(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	start := *seed
	if start == 0 {
		start = rand.Uint64()
	}
	t.Logf("seed %d, %v", start, *duration)

	m := inspect.New(inspect.WithTimeline(1000), inspect.WithLabels(), inspect.WithRegions())
	defer m.Close()
	inspect.SetDefault(m)
	over := make(chan struct{})
	var observers sync.WaitGroup
	var looks [4]int
	for i, look := range []func(){
		func() { _ = m.Snapshot().WriteText(io.Discard) },
		func() {
			r := inspect.DefaultRules()
			r.Waiting, r.Holding = time.Microsecond, time.Microsecond
			m.Check(r)
		},
		func() { _ = m.Timeline().WriteText(io.Discard) },
		func() {
			other := inspect.New()
			inspect.SetDefault(other)
			runtime.Gosched()
			other.Snapshot()
			other.Close()
			inspect.SetDefault(m)
		},
	} {
		observers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					look()
					looks[i]++
				}
			}
		})
	}
	var f figures
	rounds := 0
	for end := time.Now().Add(*duration); time.Now().Before(end); rounds++ {
		round(t, &f, start+uint64(rounds))
		if t.Failed() {
			t.Fatalf("in round %d", rounds)
		}
	}
	close(over)
	observers.Wait()
	s := m.Snapshot()
	t.Logf("%d rounds, looked at %v times; %v", rounds, looks, f.tasks.Load())
	assert.Empty(t, s.Nodes)
	for _, total := range s.Totals {
		assert.Zero(t, total.Open, total.Name)
	}
	inspect.SetDefault(nil)
}
