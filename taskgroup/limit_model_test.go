package taskgroup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

// line is the limit of a group as its documentation tells it.
type line struct {
	limit, used, places int
	running             map[int]int // the units of each
	backlog, callers    []*entry
}

type entry struct{ id, weight int }

func (l *line) takes(e *entry) bool {
	units := e.weight
	if l.limit > 0 {
		units = min(units, l.limit)
		if l.used+units > l.limit {
			return false
		}
	}
	l.used += units
	l.running[e.id] = units
	return true
}

func (l *line) hasPlace() bool { return l.places < 0 || len(l.backlog) < l.places }

// come is a task that is started. It reports false if that has to wait.
func (l *line) come(e *entry) bool {
	switch {
	case len(l.callers) > 0:
		return false
	case len(l.backlog) == 0 && l.takes(e):
		return true
	case l.hasPlace():
		l.backlog = append(l.backlog, e)
		return true
	}
	return false
}

func (l *line) moveUp() {
	for {
		queue := &l.backlog
		if len(*queue) == 0 {
			queue = &l.callers
		}
		if len(*queue) == 0 || !l.takes((*queue)[0]) {
			break
		}
		*queue = (*queue)[1:]
	}
	for len(l.callers) > 0 && l.hasPlace() {
		l.backlog = append(l.backlog, l.callers[0])
		l.callers = l.callers[1:]
	}
}

func (l *line) end(id int) {
	l.used -= l.running[id]
	delete(l.running, id)
	l.moveUp()
}

func leaves(queue *[]*entry, id int) bool {
	before := len(*queue)
	*queue = slices.DeleteFunc(*queue, func(e *entry) bool { return e.id == id })
	return len(*queue) < before
}

// player is one task of a random program, and what is seen of it.
type player struct {
	task     *taskgroup.Task[int] // nil for Submit, and until Go has returned
	cancel   context.CancelFunc   // of Submit's context
	end      chan struct{}
	began    bool
	answered bool // the call that started it has returned
	accepted bool
	canceled bool
}

// The limit against its model: after every step of a random program exactly
// those run, wait and have been answered of which the documentation says so.
// Rule 6, P-1, P-7, P-54, P-62.
func TestLimitAgainstAModel(t *testing.T) {
	for seed := range uint64(times(400)) {
		synctest.Test(t, func(t *testing.T) { playLimit(t, seed) })
	}
}

func playLimit(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	l := &line{limit: 1 + random.IntN(4), places: random.IntN(4) - 1, running: map[int]int{}}
	g := taskgroup.New(t.Context(), taskgroup.WithLimit(l.limit), taskgroup.WithBacklog(l.places))
	var players []*player
	history := fmt.Sprintf("seed %d: limit %d, backlog %d", seed, l.limit, l.places)

	check := func() {
		synctest.Wait()
		waiting := map[int]bool{}
		for _, e := range l.callers {
			waiting[e.id] = true
		}
		for id, p := range players {
			_, runs := l.running[id]
			require.Equal(t, runs, p.began && !done(p.end), "%s: %d runs", history, id)
			require.Equal(t, waiting[id], !p.answered, "%s: the call of %d waits", history, id)
		}
		require.Equal(t, len(l.running), g.Running(), history)
	}
	add := func() (*player, *entry, func(context.Context) (int, error)) {
		p := &player{end: make(chan struct{})}
		e := &entry{len(players), 1 + random.IntN(5)}
		players = append(players, p)
		return p, e, func(context.Context) (int, error) {
			p.began = true
			<-p.end
			return 0, nil
		}
	}
	pick := func(ok func(p *player) bool) (int, *player) {
		for _, id := range random.Perm(len(players)) {
			if ok(players[id]) {
				return id, players[id]
			}
		}
		return -1, nil
	}
	for range 40 {
		switch random.IntN(9) {
		case 0, 1:
			p, e, fn := add()
			history += fmt.Sprintf("; Go %d(%d)", e.id, e.weight)
			if !l.come(e) {
				l.callers = append(l.callers, e)
			}
			go func() {
				p.task = taskgroup.Go(g, fn, taskgroup.Weighted(e.weight))
				p.answered = true
			}()
		case 2:
			p, e, fn := add()
			history += fmt.Sprintf("; Submit %d(%d)", e.id, e.weight)
			if !l.come(e) {
				l.callers = append(l.callers, e)
			}
			var ctx context.Context
			ctx, p.cancel = context.WithCancel(t.Context())
			go func() {
				p.accepted = g.Submit(ctx, func(ctx context.Context) error { _, err := fn(ctx); return err }, taskgroup.Weighted(e.weight)) == nil
				p.answered = true
			}()
		case 3:
			p, e, fn := add()
			history += fmt.Sprintf("; TryGo %d(%d)", e.id, e.weight)
			p.answered = true
			p.accepted = g.TryGo(func(ctx context.Context) error { _, err := fn(ctx); return err }, taskgroup.Weighted(e.weight))
			require.Equal(t, l.come(e), p.accepted, history)
		case 4, 5, 6:
			id, p := pick(func(p *player) bool { return p.began && !done(p.end) })
			if p == nil {
				continue
			}
			history += fmt.Sprintf("; end %d", id)
			l.end(id)
			close(p.end)
		case 7:
			id, p := pick(func(p *player) bool {
				return !p.began && (p.task != nil || p.cancel != nil && !p.answered) && !p.canceled
			})
			if p == nil {
				continue
			}
			history += fmt.Sprintf("; cancel %d", id)
			p.canceled = true
			if p.task != nil {
				require.True(t, p.task.Cancel(nil), history)
				require.True(t, leaves(&l.backlog, id), history)
			} else {
				p.cancel()
				require.True(t, leaves(&l.callers, id), history)
			}
			l.moveUp()
		case 8:
			l.limit = random.IntN(6)
			if l.limit == 0 {
				l.limit = taskgroup.NoLimit
			}
			history += fmt.Sprintf("; SetLimit %d", l.limit)
			l.moveUp()
			g.SetLimit(l.limit)
		}
		check()
	}

	g.Stop()
	synctest.Wait()
	for id, p := range players {
		require.True(t, p.answered, "%s; Stop: %d", history, id)
		if p.task != nil && !p.began {
			require.True(t, p.task.Cancelled(), "%s; Stop: %d", history, id)
		}
		if p.began && !done(p.end) {
			close(p.end)
		}
		if p.cancel != nil {
			p.cancel()
		}
	}
	assert.NoError(t, g.Wait(), history)
	assert.Zero(t, g.Running())
}
