package inspect

import (
	"context"
	"io"
	"time"
)

func (m *Monitor) Check(r Rules) []Finding { panic(todo) } // in order of All, deadlocks last

func (m *Monitor) Watch(ctx context.Context, every time.Duration, r Rules, report func(Finding)) error {
	panic(todo)
}
func (f Finding) String() string { panic(todo) } // "RULE: PATH: TEXT"

func (t *Timeline) WriteTrace(w io.Writer) error { panic(todo) } // Chrome trace event JSON, for Perfetto
func (t *Timeline) WriteSVG(w io.Writer) error   { panic(todo) } // a Gantt chart
func (t *Timeline) WriteText(w io.Writer) error  { panic(todo) } // the same in letters
