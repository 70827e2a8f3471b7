// Package results keeps RESULTS.md. It consists of sections, each of which one
// command measures and replaces, so that one can be measured again without the
// others.
package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// The sections, in the order in which they stand.
const (
	Rows       = "rows"
	Programs   = "programs"
	Scale      = "scale"
	Soak       = "soak"
	Processors = "processors"
	Asyncio    = "asyncio"
	Monitor    = "monitor"
	Before     = "before"
	Size       = "size"
)

var order = []string{Rows, Programs, Scale, Soak, Processors, Asyncio, Monitor, Before, Size}

const (
	title = "# Results\n"
	begin = "<!-- section "
	end   = "<!-- end "
	mark  = " -->\n"
)

// Write replaces the given sections of the file, and keeps the others. It
// creates the file if there is none.
func Write(path string, sections map[string]string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for name, section := range sections {
		if !slices.Contains(order, name) {
			return fmt.Errorf("there is no section %q", name)
		}
		all[name] = strings.TrimSpace(section) + "\n"
	}
	return os.WriteFile(path, []byte(format(all)), 0o644)
}

// parse returns the sections by name. A line outside of all of them is an
// error, because it would be lost.
func parse(text string) (map[string]string, error) {
	sections := map[string]string{}
	text = strings.TrimPrefix(text, title)
	for strings.TrimSpace(text) != "" {
		before, rest, found := strings.Cut(text, begin)
		if !found || strings.TrimSpace(before) != "" {
			return nil, fmt.Errorf("text outside of the sections: %.40q", strings.TrimSpace(before))
		}
		name, rest, found := strings.Cut(rest, mark)
		if !found || !slices.Contains(order, name) {
			return nil, fmt.Errorf("there is no section %q", name)
		}
		section, rest, found := strings.Cut(rest, end+name+mark)
		if !found {
			return nil, fmt.Errorf("section %q has no end", name)
		}
		sections[name] = strings.TrimSpace(section) + "\n"
		text = rest
	}
	return sections, nil
}

func format(sections map[string]string) string {
	var b strings.Builder
	b.WriteString(title)
	for _, name := range order {
		if section, ok := sections[name]; ok {
			fmt.Fprintf(&b, "\n%s%s%s\n%s\n%s%s%s", begin, name, mark, section, end, name, mark)
		}
	}
	return b.String()
}
