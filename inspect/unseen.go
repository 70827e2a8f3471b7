package inspect

import "time"

// Unseen is a task of taskgroup.Start that has failed and whose failure no code
// has read: what asyncio logs as "Task exception was never retrieved". It is
// listed from the end of the task until a call reads the error; no garbage
// collection is waited for. A cancellation is no failure.
type Unseen struct {
	Name  string        `json:"name,omitempty"` // given by Named, or empty
	Func  string        `json:"func,omitempty"` // the function that has failed
	Site  string        `json:"site,omitempty"` // where Start was called, with WithSites
	Error string        `json:"error"`          // the text of the failure
	Age   time.Duration `json:"age_ns"`         // since its end

	id string // the ID that the task's node had
}

// label is the failure's path in a [Finding].
func (u *Unseen) label() string {
	if u.Name == "" {
		return string(KindTask)
	}
	return u.Name
}

// appendLine appends the failure's line of [Snapshot.WriteText].
func (u *Unseen) appendLine(b []byte) []byte {
	b = append(b, "unseen "...)
	b = appendPlain(b, u.label())
	if u.Func != "" {
		b = append(b, ' ')
		b = appendPlain(b, shortFunc(u.Func))
	}
	b = appendSite(b, u.Site)
	b = append(b, "  "...)
	b = appendDuration(b, u.Age)
	b = append(b, "  failed: "...)
	return appendPlain(b, u.Error)
}
