package inspect

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/test/testkit"
)

// inOrder returns one snapshot after the other, the last one for ever.
func inOrder(snapshots ...*Snapshot) func() *Snapshot {
	return func() *Snapshot {
		s := snapshots[0]
		if len(snapshots) > 1 {
			snapshots = snapshots[1:]
		}
		return s
	}
}

// watched runs a Watch of one check a second over the snapshots, until one second
// after the last, and returns what it reported at which check.
func watched(t *testing.T, r Rules, snapshots ...*Snapshot) [][]string {
	t.Helper()
	reports := make([][]string, len(snapshots))
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(len(snapshots))*time.Second-1)
		defer cancel()
		err := follow(ctx, time.Second, r, func(f Finding) {
			at := time.Since(began)
			assert.Zero(t, at%time.Second)
			reports[at/time.Second] = append(reports[at/time.Second], f.String())
		}, inOrder(snapshots...))
		assert.NoError(t, err)
		assert.Equal(t, time.Duration(len(snapshots))*time.Second-1, time.Since(began))
	})
	return reports
}

func waiting(id string, seq uint64, age time.Duration) *Node {
	return aTask(id, waitsAt(Wait{What: WaitGet, Age: age}, record{seq: seq}))
}

func TestWatchReportsOnce(t *testing.T) {
	const line = "waiting: a: has been waiting at get for "
	got := watched(t, Rules{Waiting: time.Second},
		snapshotOf(waiting("a", 1, 2*time.Second)), // at once
		snapshotOf(waiting("a", 1, 3*time.Second)), // lasts
		snapshotOf(waiting("a", 2, 4*time.Second)), // another wait
		snapshotOf(waiting("a", 2, time.Second)),   // gone
		snapshotOf(waiting("a", 2, 5*time.Second)), // there again
		snapshotOf(waiting("b", 2, 5*time.Second)), // another node
	)
	assert.Equal(t, [][]string{
		{line + "2s"}, nil, {line + "4s"}, nil, {line + "5s"}, {"waiting: b: has been waiting at get for 5s"},
	}, got)
}

func TestWatchReportsEachHoldAndFailure(t *testing.T) {
	hold := func(seq uint64) change {
		return holdsFor(Wait{What: WaitLock, Age: 2 * time.Second}, record{seq: seq})
	}
	unseen := func(ids ...string) []*Unseen {
		var all []*Unseen
		for _, id := range ids {
			all = append(all, &Unseen{Error: id, Age: 2 * time.Second, id: id})
		}
		return all
	}
	first, second := snapshotOf(aTask("a", hold(1))), snapshotOf(aTask("a", hold(2), hold(1)))
	first.Unseen, second.Unseen = unseen("1"), unseen("1", "2")
	const holding, failed = "holding: a: has held lock for 2s", "unseen: task: failed 2s ago, and no code has read the failure: "
	assert.Equal(t, [][]string{{holding, failed + "1"}, {holding, failed + "2"}, nil}, watched(t, Rules{Holding: time.Second, Unseen: time.Second}, first, second, second))
}

func TestWatchReportsADeadlockOnce(t *testing.T) {
	s := snapshotOf(aTask("a", waitsForTask("b")), aTask("b", waitsForTask("a")))
	const line = "deadlock: a: cannot go on: waits at task for b, which waits at task for a"
	assert.Equal(t, [][]string{{line}, nil, nil}, watched(t, DefaultRules(), s, s, s))
}

func TestWatchOfADoneContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.NoError(t, follow(ctx, time.Second, DefaultRules(), nil, nil))
}

func TestWatchEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		checks := 0
		done := make(chan error)
		go func() {
			done <- follow(ctx, time.Second, Rules{}, nil, func() *Snapshot { checks++; return snapshotOf() })
		}()
		time.Sleep(1500 * time.Millisecond)
		cancel()
		assert.NoError(t, <-done)
		assert.Equal(t, 2, checks)
	})
}

func TestAPanicInReportPassesOn(t *testing.T) {
	boom := errors.New("boom")
	assert.Equal(t, boom, testkit.Raised(func() {
		_ = follow(t.Context(), time.Second, Rules{Waiting: 1}, func(Finding) { panic(boom) }, always(snapshotOf(waiting("a", 1, 2))))
	}))
}

func TestWatchLogs(t *testing.T) {
	log := testkit.CaptureLog(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second-1)
		defer cancel()
		assert.NoError(t, follow(ctx, time.Second, Rules{Waiting: 1}, nil, always(snapshotOf(waiting("a\n", 1, 2*time.Second)))))
	})
	records := log.Take()
	assert.Len(t, records, 1)
	assert.Equal(t, slog.LevelWarn, records[0].Level)
	assert.Equal(t, `inspect: waiting: a\n: has been waiting at get for 2s`, records[0].Message)
	assert.Equal(t, "waiting", testkit.Attr(records[0], "rule"))
	assert.Equal(t, "a\n", testkit.Attr(records[0], "path"))
	assert.Equal(t, "2s", testkit.Attr(records[0], "for"))
}

func TestMisuseOfWatch(t *testing.T) {
	for _, f := range []func(){
		func() { _ = follow(nil, time.Second, Rules{}, nil, nil) }, //nolint:staticcheck // nil is the misuse
		func() { _ = follow(t.Context(), 0, Rules{}, nil, nil) },
		func() { _ = follow(t.Context(), -1, Rules{}, nil, nil) },
	} {
		err, _ := testkit.Raised(f).(error)
		assert.ErrorIs(t, err, ErrMisuse)
	}
}
