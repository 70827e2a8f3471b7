package conformance

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"example.com/asyncgo/taskgroup"
)

// horizon is later than any scenario ends. What has not ended by then hangs.
const horizon = 1_000_000 * time.Millisecond

// unlocks is how often the locks are unlocked for actors that hang.
const unlocks = 1000

// world is one replay of a scenario.
type world struct {
	scenario  *Scenario
	begun     time.Time
	ctx       context.Context //nolint:containedctx // what all waits of the replay derive from; ends only at the horizon
	resources map[string]resource
	order     map[string]int // of the actors, by name
	running   sync.WaitGroup // counts the tasks that have started and not completed

	mu     sync.Mutex
	actors map[string]*actor           // those that have started
	groups map[string]*taskgroup.Group // the task groups entered so far
}

// Replay runs the scenario and returns what was observed. It must be called
// in a testing/synctest bubble. An actor that hangs has no end in the answer,
// and a log as long as it came.
func Replay(s *Scenario, how Emulation) Observation {
	ctx, abandon := context.WithCancel(context.Background())
	defer abandon()
	w := &world{
		scenario:  s,
		begun:     time.Now(),
		ctx:       ctx,
		resources: map[string]resource{},
		order:     map[string]int{},
		actors:    map[string]*actor{},
		groups:    map[string]*taskgroup.Group{},
	}
	for _, name := range slices.Sorted(maps.Keys(s.Resources)) {
		w.resources[name] = newResource(s.Resources[name], how)
	}
	for i, name := range slices.Sorted(maps.Keys(s.Actors)) {
		w.order[name] = i
		if how.has(Reversed) {
			w.order[name] = len(s.Actors) - i
		}
	}
	for _, name := range s.Main {
		w.start(name)
	}
	ended := make(chan struct{})
	go func() {
		w.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return w.observation()
	case <-time.After(horizon):
	}
	hung := w.observation()
	abandon()
	for range unlocks {
		select {
		case <-ended:
			return hung
		case <-time.After(time.Millisecond): // all actors are blocked or have ended
			w.unlock()
		}
	}
	return hung
}

// unlock lets actors that hang at a lock continue: a wait for a condition takes
// the lock again even after a cancellation.
func (w *world) unlock() {
	for _, r := range w.resources {
		lock, ok := r.(interface {
			Locked() bool
			Unlock()
		})
		if ok && lock.Locked() {
			lock.Unlock()
		}
	}
}

// now is the virtual time in milliseconds.
func (w *world) now() int { return int(time.Since(w.begun) / time.Millisecond) }

// until is the duration to the instant that is ms from now. Time limits end
// then, and sleeps after them, in the turn of each actor: of what is due at one
// instant, asyncio's loop lets the time limits cancel first, and then runs the
// tasks.
func (w *world) until(ms int) time.Duration {
	return time.Until(w.begun.Add(time.Duration(w.now()+ms) * time.Millisecond))
}

const tick = time.Nanosecond

// turn is how long after an instant the actor's sleep until then ends. As no two
// actors have the same, they run one after the other, in the same order in each
// replay: what asyncio observed is the same in any order, but what is promised
// instead need not be.
func (a *actor) turn() time.Duration {
	return time.Duration(1+a.world.order[a.name]) * 1000 * tick
}

// observation copies what has been observed so far.
func (w *world) observation() Observation {
	seen := Observation{}
	for name := range w.scenario.Actors {
		seen[name] = &Record{}
		if a := w.existing(name); a != nil {
			seen[name] = a.record()
		}
	}
	return seen
}

// existing returns the actor, nil if it has not started.
func (w *world) existing(name string) *actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.actors[name]
}

// actor returns the actor, and starts it if it has not started.
func (w *world) actor(name string) *actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.actors[name]; a != nil {
		return a
	}
	return w.startLocked(w.ctx, name)
}

// start starts an actor as a task of its own.
func (w *world) start(name string) *actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.startLocked(w.ctx, name)
}

// startCanceled starts an actor with a context that is done, so that it never
// runs. In asyncio a task cannot run before the op that made it waits; a
// goroutine could.
func (w *world) startCanceled(name string) *actor {
	ctx, cancel := context.WithCancelCause(w.ctx)
	cancel(errRequested)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.startLocked(ctx, name)
}

func (w *world) startLocked(ctx context.Context, name string) *actor {
	a := w.newActor(name)
	w.launchLocked(a, taskgroup.Start(ctx, a.run, taskgroup.Named(name)))
	return a
}

// startIn starts an actor in a group, and returns nil if the group refuses it.
func (w *world) startIn(g *taskgroup.Group, name string) *actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.newActor(name)
	a.group = g
	task := taskgroup.Go(g, a.run, taskgroup.Named(name))
	if hasEnded(task) {
		return nil // a task that was accepted cannot have completed: it waits to be launched
	}
	w.launchLocked(a, task)
	return a
}

func (w *world) newActor(name string) *actor {
	return &actor{world: w, name: name, launched: make(chan struct{})}
}

// launchLocked lets an actor run its steps.
func (w *world) launchLocked(a *actor, task *taskgroup.Task[any]) {
	if w.actors[a.name] != nil {
		panic("conformance: " + a.name + " is started twice")
	}
	a.task = task
	w.actors[a.name] = a
	w.running.Add(1)
	close(a.launched)
	task.OnDone(func(*taskgroup.Task[any]) {
		a.ended()
		w.running.Done()
	})
}

func hasEnded(t *taskgroup.Task[any]) bool {
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}
