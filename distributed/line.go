package distributed

import (
	"slices"
	"strings"
)

// line is the state of a semaphore, a value that is changed by compare-and-set:
// the holders and those that wait, in the order in which the servers saw them.
// Nothing here blocks, and each operation may be applied twice.
//
//	absent -> waiting   enter
//	waiting -> holding  grant: the front of the line, when enough is free
//	either -> absent    remove: a release, a waiter that gives up, a session that is gone
type line struct {
	Permits int     `json:"n"`
	Last    uint64  `json:"k"` // the last token that was granted
	Places  []place `json:"l"`
}

// place is a waiter or, with a token, a holder.
type place struct {
	ID     string `json:"i"` // the session, a slash, and what is unique in it
	Weight int    `json:"w,omitempty"`
	Token  uint64 `json:"t,omitempty"`
	Slots  []int  `json:"p,omitempty"`
}

func (p place) weight() int { return max(1, p.Weight) }

// session is the one that the place belongs to.
func (p place) session() string {
	session, _, _ := strings.Cut(p.ID, "/")
	return session
}

// clone returns a copy that shares nothing that is changed.
func (l *line) clone() line {
	next := *l
	next.Places = slices.Clone(l.Places)
	return next
}

func (l *line) find(id string) *place {
	for i := range l.Places {
		if l.Places[i].ID == id {
			return &l.Places[i]
		}
	}
	return nil
}

// enter adds a place at the end, unless it is there.
func (l *line) enter(id string, weight int) {
	if l.find(id) != nil {
		return
	}
	p := place{ID: id}
	if weight > 1 {
		p.Weight = weight
	}
	l.Places = append(l.Places, p)
}

func (l *line) remove(id string) {
	l.Places = slices.DeleteFunc(l.Places, func(p place) bool { return p.ID == id })
}

func (l *line) removeSession(session string) {
	l.Places = slices.DeleteFunc(l.Places, func(p place) bool { return p.session() == session })
}

// fits reports that a new place would be granted at once.
func (l *line) fits(weight int) bool {
	free := l.Permits
	for _, p := range l.Places {
		if p.Token == 0 {
			return false
		}
		free -= p.weight()
	}
	return weight <= free
}

// grant gives what is free to the front of the line: nothing overtakes, so a
// heavy place is not starved. One that is heavier than the semaphore is passed
// over; its owner is about to remove it.
func (l *line) grant() {
	used := map[int]bool{}
	free := l.Permits
	for _, p := range l.Places {
		if p.Token != 0 {
			free -= p.weight()
			for _, slot := range p.Slots {
				used[slot] = true
			}
		}
	}
	for i := range l.Places {
		p := &l.Places[i]
		if p.Token != 0 || p.weight() > l.Permits {
			continue
		}
		if p.weight() > free {
			return
		}
		free -= p.weight()
		l.Last++
		p.Token = l.Last
		p.Slots = lowest(used, p.weight())
	}
}

// lowest returns the n lowest slots that are not used, and marks them.
func lowest(used map[int]bool, n int) []int {
	slots := make([]int, 0, n)
	for slot := 0; len(slots) < n; slot++ {
		if !used[slot] {
			used[slot] = true
			slots = append(slots, slot)
		}
	}
	return slots
}

// removeClient removes the places of all sessions of a client.
func (l *line) removeClient(prefix string) {
	l.Places = slices.DeleteFunc(l.Places, func(p place) bool { return strings.HasPrefix(p.ID, prefix) })
}
