package inspect

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// WriteText writes a line for each span but waits: its name, indented below its
// parent's, and a bar of 60 columns from the first start to the last end, █ while
// it ran and ░ while it waited. A short span has one column at least. WriteText
// returns the error of w.
func (t *Timeline) WriteText(w io.Writer) error {
	const most = 48 // columns of a name
	rows := t.rows()
	first, last := extent(rows)
	labels, width := make([]string, len(rows)), 0
	for i, row := range rows {
		if row.Kind != KindWait {
			indent := strings.Repeat("  ", min(row.depth, most/4))
			labels[i] = indent + clip(row.label(), most-len(indent))
			width = max(width, utf8.RuneCountInString(labels[i]))
		}
	}
	out := bufio.NewWriter(w)
	for i, row := range rows {
		if row.Kind == KindWait {
			continue
		}
		_, _ = out.WriteString(labels[i])
		_, _ = out.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(labels[i])+2))
		_, _ = out.WriteString(row.bar(first, last))
		if out.WriteByte('\n') != nil {
			break
		}
	}
	return out.Flush()
}

// bar draws the span, without what would be blank at its end.
func (s *spanRow) bar(first, last time.Duration) string {
	const columns = 60
	column := func(at time.Duration) int { return int(scale(at-first, columns, last-first)) }
	from := min(column(s.start()), columns-1)
	to := max(column(s.end()), from+1)
	bar := []rune(strings.Repeat(" ", from) + strings.Repeat("█", to-from))
	for _, wait := range s.waits {
		for i := max(column(wait.start()), from); i < min(column(wait.end()), to); i++ {
			bar[i] = '░'
		}
	}
	return string(bar)
}
