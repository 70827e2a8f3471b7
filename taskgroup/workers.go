package taskgroup

import (
	"sync"

	"example.com/asyncgo/internal/waitlist"
)

// workers run jobs in goroutines that are started on demand.
//
// A job is ready until a worker takes it, and running until it has been called.
// A worker takes one job after the other, and returns when none is ready.
// Before it calls one it makes sure that another worker is starting if more
// jobs are ready. So jobs that block have a goroutine each, as with a go
// statement, and short ones share a few.
//
// The owner's lock guards everything but the functions. Code that has pushed a
// job must release the lock with unlock.
type workers[J any] struct {
	mu    *sync.Mutex
	owner owner[J]
	loop  func()          // w.work, made once
	gone  *sync.WaitGroup // counts goroutines; may be nil

	ready    fifo[J]
	starting bool             // a worker has not read ready yet
	active   waitlist.List[J] // a node for each worker; the zero J between two jobs
	free     waitlist.List[J] // nodes of workers that have returned: starting one allocates nothing
	first    waitlist.Node[J] // the first of them
	one      [1]J             // the first ring of ready
}

// owner is what workers work for.
type owner[J any] interface {
	// enter is called before each job: the goroutine may have labels that the
	// job before has set.
	enter()
	// run calls the user's code for a job; only Goexit keeps it from returning.
	run(job J)
	// finishedLocked is called after that, with the owner's lock held.
	finishedLocked(job J)
}

// init prepares w to be used, with its owner and the owner's lock.
func (w *workers[J]) init(owner owner[J], mu *sync.Mutex) {
	w.owner, w.mu = owner, mu
	w.loop = w.work
	w.ready.ring = w.one[:]
	w.free.PushBack(&w.first)
}

// unlock releases the owner's lock. If a job is ready and no worker is
// starting, it starts one.
func (w *workers[J]) unlock() {
	start := w.ready.n > 0 && !w.starting
	w.starting = w.starting || start
	if start && w.gone != nil {
		w.gone.Add(1)
	}
	w.mu.Unlock()
	if start {
		go w.loop()
	}
}

// work is the goroutine of one worker.
func (w *workers[J]) work() {
	if w.gone != nil {
		defer w.gone.Done()
	}
	w.mu.Lock()
	w.starting = false
	worker := w.addLocked()
	protect(func() { w.callAll(worker) }, func(e exit) {
		switch {
		case e.panicked != nil:
			panic(e.panicked) // with PanicCrash: nothing goes on after that
		case e.goexit():
			// The job has ended this goroutine. Unlocking starts another one in
			// its place.
			w.mu.Lock()
			w.finishLocked(worker)
			w.removeLocked(worker)
			w.unlock()
		}
	})
}

// callAll calls the jobs that are ready until there is none, and then unlocks.
func (w *workers[J]) callAll(worker *waitlist.Node[J]) {
	for {
		job, ok := w.ready.pop()
		if !ok {
			w.removeLocked(worker)
			w.mu.Unlock()
			return
		}
		worker.Value = job
		w.unlock()
		w.owner.enter()
		w.owner.run(job)
		w.mu.Lock()
		w.finishLocked(worker)
	}
}

func (w *workers[J]) finishLocked(worker *waitlist.Node[J]) {
	var none J
	job := worker.Value
	worker.Value = none
	w.owner.finishedLocked(job)
}

// addLocked adds a node to the list of workers, if possible a used one.
func (w *workers[J]) addLocked() *waitlist.Node[J] {
	worker := w.free.PopFront()
	if worker == nil {
		worker = &waitlist.Node[J]{}
	}
	w.active.PushBack(worker)
	return worker
}

// removeLocked takes a node out of the list of workers. As many as there are
// workers are kept, and one more.
func (w *workers[J]) removeLocked(worker *waitlist.Node[J]) {
	w.active.Remove(worker)
	w.free.PushBack(worker)
	for w.free.Len() > w.active.Len()+1 {
		w.free.PopFront()
	}
}

// allLocked calls f for every job that is ready or running, and the zero J for
// each worker between two jobs.
func (w *workers[J]) allLocked(f func(J)) {
	for worker := w.active.Front(); worker != nil; worker = worker.Next() {
		f(worker.Value)
	}
	for i := range w.ready.n {
		f(*w.ready.at(i))
	}
}
