package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"example.com/asyncgo/taskgroup"
)

// actor is one task of the replay: the steps of a program, run in order, and
// the log of what they did.
//
// Cancellation is where it differs from a plain function. asyncio interrupts a
// task once for each request, at the wait that the request finds it in, and the
// task may continue after that. A context that is done stays done. So each wait
// of an actor has a context of its own, and what is to end the actor (a Cancel,
// a timeout, the failure of its group) becomes a request that ends the context
// of one wait; see cancel.go. The context of a scope that the actor enters ends
// only when the actor leaves the scope because of a request; see ops_block.go.
type actor struct {
	world    *world
	name     string
	task     *taskgroup.Task[any]
	group    *taskgroup.Group // that the task is in; nil if it is one of its own
	launched chan struct{}    // closed once task is set

	deadlines []*taskgroup.Deadline // of the timeout blocks it is in; its own goroutine's

	mu        sync.Mutex
	requests  requests
	inherited *source // the end of the task's own context; nil until it runs
	log       []Entry
	current   *Step
	end       *End
}

// returned is what a return step carries out of the blocks around it.
type returned struct{ value any }

// run is the task's function.
func (a *actor) run(ctx context.Context) (any, error) {
	<-a.launched
	if ctx.Err() != nil {
		return nil, ctx.Err() // in asyncio, a task that is canceled before its first step never runs
	}
	defer a.inherit(ctx)()
	ret, err := a.block(a.world.scenario.Actors[a.name].Steps)
	if err == nil && a.takeRequest() {
		err = errCancelled // K-04: asyncio drops the value of a task with an open request
	}
	switch {
	case isCancellation(err):
		// In asyncio a task also completes as canceled because the task that it
		// awaited was. Here it must have been canceled itself (R3).
		a.task.Cancel(errRequested)
		return nil, err
	case err != nil:
		return nil, err
	case ret == nil:
		return nil, nil
	}
	return ret.value, nil
}

// ended records how the task completed, as its handle reports it.
func (a *actor) ended() {
	value, err := a.task.Result()
	end := &End{T: a.world.now(), How: "returned", Value: plain(value)}
	switch {
	case a.task.Cancelled():
		end.How, end.Value = "cancelled", nil
	case err != nil:
		end.How, end.Value = "raised", nameOf(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end = end
}

// record copies what the actor has seen so far.
func (a *actor) record() *Record {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := &Record{Log: slices.Clone(a.log), End: a.end}
	if a.end == nil {
		seen.Stuck = a.current
	}
	return seen
}

// block runs steps until one of them returns or its error propagates.
func (a *actor) block(steps []Step) (*returned, error) {
	for i := range steps {
		if ret, err := a.step(&steps[i]); ret != nil || err != nil {
			return ret, err
		}
	}
	return nil, nil
}

// step runs one step and logs it. The error is what propagates.
func (a *actor) step(st *Step) (ret *returned, err error) {
	switch st.Op {
	case "return":
		return &returned{st.Value}, nil
	case "raise":
		return nil, appError(st.Name)
	}
	a.begin(st)
	value, ret, err := a.do(st)
	outcome, names := outcomeOf(err)
	if names != nil {
		value = names
	}
	a.note(Entry{T: a.world.now(), I: st.I, Outcome: outcome, Value: plain(value)})
	switch {
	case err == nil:
		return ret, nil
	case isProbe(st.Op), st.Err == "swallow", st.Err == "" && outcome != outcomeCancelled:
		return nil, nil
	}
	return nil, err
}

// do runs the operation of a step.
func (a *actor) do(st *Step) (value any, ret *returned, err error) {
	switch st.Op {
	case "timeout":
		return a.timeout(st)
	case "taskgroup":
		ret, err = a.taskgroup(st)
		return nil, ret, err
	case "try":
		ret, err = a.try(st)
		return nil, ret, err
	}
	if st.On != "" {
		value, err = a.world.resources[st.On].do(a, st)
	} else {
		value, err = a.onTask(st)
	}
	return value, nil, err
}

func (a *actor) begin(st *Step) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current = st
}

func (a *actor) note(e Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, e)
}

// plain gives a value the form that it has when it is read from a file.
func plain(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("conformance: %v: %v", value, err))
	}
	var same any
	if err := json.Unmarshal(data, &same); err != nil {
		panic(fmt.Sprintf("conformance: %s: %v", data, err))
	}
	return same
}
