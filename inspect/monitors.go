package inspect

import (
	"sync"

	"example.com/asyncgo/internal/watch"
)

// monitors leads from what the other packages see of a monitor to it. Only open
// ones are in it.
type monitors struct {
	mu   sync.Mutex
	open map[*watch.Monitor]*Monitor
}

var byWatch monitors

func (ms *monitors) Store(w *watch.Monitor, m *Monitor) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if ms.open == nil {
		ms.open = map[*watch.Monitor]*Monitor{}
	}
	ms.open[w] = m
}

func (ms *monitors) Load(w *watch.Monitor) (*Monitor, bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m, ok := ms.open[w]
	return m, ok
}

func (ms *monitors) Delete(w *watch.Monitor) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	delete(ms.open, w)
}
