package distributed

import "sync"

// tally counts what runs. It is open until drain has found it empty; from then
// on nothing can begin. Unlike a [sync.WaitGroup] it may be added to while
// drain waits.
type tally struct {
	mu      sync.Mutex
	running int
	drained bool
	empty   chan struct{} // closed when running becomes 0; nil unless drain waits
}

// begin reports false if nothing may begin any more.
func (t *tally) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.drained {
		return false
	}
	t.running++
	return true
}

func (t *tally) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running--
	if t.running == 0 && t.empty != nil {
		close(t.empty)
		t.empty = nil
	}
}

// run calls fn in a goroutine that is counted, unless it is too late.
func (t *tally) run(fn func()) bool {
	if !t.begin() {
		return false
	}
	go func() {
		defer t.end()
		fn()
	}()
	return true
}

// drain waits until nothing runs. It is called once.
func (t *tally) drain() {
	for {
		t.mu.Lock()
		if t.running == 0 {
			t.drained = true
			t.mu.Unlock()
			return
		}
		if t.empty == nil {
			t.empty = make(chan struct{})
		}
		empty := t.empty
		t.mu.Unlock()
		<-empty
	}
}
