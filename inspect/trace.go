package inspect

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteTrace writes the spans as JSON in Chrome's trace event format, which
// Perfetto (ui.perfetto.dev) and chrome://tracing open. It returns the error of w.
//
// Each task and each function is on a thread that no other one is on at that
// time; threads are used again. Calls, groups and waits are on the thread of the
// span that they are in, unless they would overlap with another one there.
func (t *Timeline) WriteTrace(w io.Writer) error {
	var threads lanes
	places, rows := threads.assign(t.rows())
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(`{"displayTimeUnit":"ms","traceEvents":[`)
	events := 0
	write := func(event any) error {
		text, _ := json.Marshal(event) // strings and numbers have no errors
		if events > 0 {
			_ = out.WriteByte(',')
		}
		events++
		_ = out.WriteByte('\n')
		_, err := out.Write(text)
		return err
	}
	for _, lane := range threads.all {
		name := lane.first.label()
		if more := lane.owners - 1; more > 0 {
			name += " and " + strconv.Itoa(more) + " more"
		}
		event := traceName{Name: "thread_name", Phase: "M", Process: 1, Thread: lane.number}
		event.Args.Name = name
		if err := write(event); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := write(traceEvent{
			Name: row.label(), Category: row.Kind, Phase: "X", Time: micros(row.start()), Duration: micros(row.end() - row.start()),
			Process: 1, Thread: places[row].number,
			Args: traceArgs{ID: row.ID, Func: row.Func, Site: row.Site, Error: row.Error, Open: row.Open},
		}); err != nil {
			return err
		}
	}
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
}

// traceEvent is a complete event.
type traceEvent struct {
	Name     string    `json:"name"`
	Category Kind      `json:"cat"`
	Phase    string    `json:"ph"`
	Time     micros    `json:"ts"`
	Duration micros    `json:"dur"`
	Process  int       `json:"pid"`
	Thread   int       `json:"tid"`
	Args     traceArgs `json:"args"`
}

type traceArgs struct {
	ID    string `json:"id,omitempty"`
	Func  string `json:"func,omitempty"`
	Site  string `json:"site,omitempty"`
	Error string `json:"error,omitempty"`
	Open  bool   `json:"open,omitempty"` // it had not ended
}

// traceName is a metadata event that names a thread.
type traceName struct {
	Name    string `json:"name"`
	Phase   string `json:"ph"`
	Process int    `json:"pid"`
	Thread  int    `json:"tid"`
	Args    struct {
		Name string `json:"name"`
	} `json:"args"`
}

// micros is a duration as a number of microseconds, exact to the nanosecond.
type micros time.Duration

// MarshalJSON returns the number. Its fraction has at most three digits.
func (d micros) MarshalJSON() ([]byte, error) {
	text := strconv.AppendInt(nil, int64(d/1000), 10)
	if rest := int64(d % 1000); rest > 0 {
		text = append(text, '.')
		text = append(text, strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")...)
	}
	return text, nil
}
