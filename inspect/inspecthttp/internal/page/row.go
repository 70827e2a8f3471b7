package page

import (
	"strconv"
	"strings"
	"time"

	"example.com/asyncgo/inspect"
)

// row is a node of the tree as the page shows it.
type row struct {
	Anchor   string // the id in the document
	Class    string
	Kind     string // only of groups, and of calls
	Name     string
	Func     string
	FuncIs   string // Func with its path
	Site     string
	Age      string
	Counts   string
	Part     int // of a call whose total is known: how many have ended, of 100; otherwise -1
	Phrases  []phrase
	Marks    []string // daemon, shielded
	Rules    []string // of the findings that name this node
	Stack    []string
	Children []*row
	Hidden   string
}

// phrase is one part of what a node does: words, a thing that may be a link,
// more words.
type phrase struct {
	Class  string
	Before string
	Thing  string
	Href   string
	After  string
}

// tree makes the rows of a snapshot.
type tree struct {
	now       time.Time
	listed    map[string]bool     // the IDs of all nodes
	resources map[string]string   // the anchors of the resources, by kind and name
	rules     map[string][]string // by ID
	users     map[string]*users   // of the resources, by anchor
	states    map[inspect.State]int
	hidden    int
}

func newTree(s *inspect.Snapshot, findings []inspect.Finding) *tree {
	t := &tree{
		now:       s.Time,
		listed:    map[string]bool{},
		resources: map[string]string{},
		rules:     map[string][]string{},
		users:     map[string]*users{},
		states:    map[inspect.State]int{},
	}
	var list func(nodes []*inspect.Node)
	list = func(nodes []*inspect.Node) {
		for _, n := range nodes {
			t.listed[n.ID] = true
			list(n.Children)
		}
	}
	list(s.Nodes)
	note := func(n *inspect.Node, rule inspect.Rule) { t.rules[n.ID] = append(t.rules[n.ID], string(rule)) }
	for _, f := range findings {
		for _, n := range f.Cycle {
			note(n, f.Rule)
		}
		if f.Node != nil && f.Cycle == nil {
			note(f.Node, f.Rule)
		}
	}
	return t
}

// rows makes the rows of nodes, whose contexts derive from that of scope; they
// are roots if scope is nil.
func (t *tree) rows(scope *inspect.Node, nodes []*inspect.Node) []*row {
	rows := make([]*row, 0, len(nodes))
	for _, n := range nodes {
		r := t.row(scope, n)
		within := n
		if n.Kind == inspect.KindFunc && n.Cause == "" && n.Deadline.IsZero() {
			within = scope // it has its call's context
		}
		r.Children = t.rows(within, n.Children)
		rows = append(rows, r)
	}
	return rows
}

func (t *tree) row(scope, n *inspect.Node) *row {
	r := &row{
		Anchor: nodeAnchor(n.ID),
		Class:  string(n.State),
		Name:   label(n),
		Rules:  t.rules[n.ID],
		Part:   -1,
	}
	switch n.Kind {
	case inspect.KindGroup:
		r.Kind = "group"
		if n.Name == "" {
			r.Kind, r.Name = "", "group"
		}
		r.Counts = groupCounts(n.Counts)
	case inspect.KindCall:
		r.Counts = callCounts(n)
		if n.Counts != nil && !streams[n.Name] {
			r.Part = percent(n.Counts.Ended, n.Counts.Total)
		}
	case inspect.KindTask, inspect.KindFunc:
		r.Func, r.FuncIs = visible(base(n.Func)), visible(n.Func)
		t.states[n.State]++
	}
	if n.Site != "" {
		r.Site = visible(n.Site)
	}
	if n.State != inspect.StateQueued {
		r.Age = short(n.Age)
	}
	if n.Hidden > 0 {
		r.Hidden = group3(n.Hidden)
		t.hidden += n.Hidden
	}
	r.Phrases = t.phrases(scope, n)
	if n.Daemon {
		r.Marks = append(r.Marks, "daemon")
	}
	if n.Shielded {
		r.Marks = append(r.Marks, "shielded")
	}
	for _, f := range n.Stack {
		r.Stack = append(r.Stack, visible(f.Func)+"  "+visible(base(f.File))+":"+strconv.Itoa(f.Line))
	}
	return r
}

// phrases says what n does, in the order of WriteText. A deadline and a cause
// that are the scope's are left out.
func (t *tree) phrases(scope, n *inspect.Node) []phrase {
	var all []phrase
	waits := n.Waits
	if n.State == inspect.StateWaiting && len(waits) > 0 {
		p := t.wait(n, waits[0])
		p.Class, p.Before = "state", "waiting at "
		all, waits = append(all, p), waits[1:]
	} else {
		all = append(all, phrase{Class: "state", Before: string(n.State)})
	}
	for _, w := range waits {
		if w.What == inspect.WaitJoin && n.State == inspect.StateJoining {
			continue // the state says so
		}
		p := t.wait(n, w)
		p.Before = "at "
		all = append(all, p)
	}
	for _, h := range n.Holds {
		p := t.hold(n, h)
		p.Class, p.Before = "holds", "holds "
		all = append(all, p)
	}
	if !n.Deadline.IsZero() && (scope == nil || !n.Deadline.Equal(scope.Deadline)) {
		all = append(all, phrase{Before: short(n.Deadline.Sub(t.now)) + " left"})
	}
	if n.Cause != "" && (scope == nil || n.Cause != scope.Cause) {
		all = append(all, phrase{Class: "bad", Before: "cancelled: " + visible(n.Cause)})
	}
	if n.Error != "" {
		all = append(all, phrase{Class: "bad", Before: "failed: " + visible(n.Error)})
	}
	return all
}

// wait is the phrase of a wait of n.
func (t *tree) wait(n *inspect.Node, w inspect.Wait) phrase {
	p := t.thing(w)
	if w.What == inspect.WaitSleep {
		p.After = ", " + short(w.Left) + " left"
	} else {
		p.After = " for " + short(w.Age)
	}
	if u := t.users[strings.TrimPrefix(p.Href, "#")]; u != nil {
		u.Waiting = append(u.Waiting, t.link(n))
	}
	return p
}

// hold is the phrase of a hold of n.
func (t *tree) hold(n *inspect.Node, w inspect.Wait) phrase {
	p := t.thing(w)
	p.After = " for " + short(w.Age)
	if u := t.users[strings.TrimPrefix(p.Href, "#")]; u != nil {
		u.Holding = append(u.Holding, t.link(n))
	}
	return p
}

// thing is what w waits for or holds, with the link to it if the page has it.
func (t *tree) thing(w inspect.Wait) phrase {
	p := phrase{Thing: string(w.What)}
	if w.Name != "" {
		p.Thing += " " + quoted(w.Name)
	}
	if w.Key != "" {
		p.Thing += "[" + visible(w.Key) + "]"
	}
	if w.N > 1 {
		p.Thing += " ×" + strconv.Itoa(w.N)
	}
	if t.listed[w.Node] {
		p.Href = "#" + nodeAnchor(w.Node)
		return p
	}
	for _, kind := range resourceKinds(w.What) {
		if anchor, ok := t.resources[resourceKey(kind, w.Name)]; ok {
			p.Href = "#" + anchor
			return p
		}
	}
	return p
}

// link is a node elsewhere on the page.
type link struct {
	Name string
	Href string // empty if it is not on the page
}

func (t *tree) link(n *inspect.Node) link {
	l := link{Name: label(n)}
	if t.listed[n.ID] {
		l.Href = "#" + nodeAnchor(n.ID)
	}
	return l
}

func nodeAnchor(id string) string { return "n-" + id }

// label is how a path names n.
func label(n *inspect.Node) string {
	switch {
	case n.Name != "":
		return visible(n.Name)
	case n.Kind == inspect.KindFunc:
		return "[" + strconv.Itoa(n.Index) + "]"
	case n.Kind == inspect.KindTask && n.Index >= 0:
		return "#" + strconv.Itoa(n.Index)
	default:
		return string(n.Kind)
	}
}

func groupCounts(c *inspect.Counts) string {
	if c == nil {
		return ""
	}
	text := group3(c.Running) + " running"
	if c.Limit > 0 {
		text += " of " + group3(c.Limit)
	}
	if c.Queued > 0 {
		text += ", " + group3(c.Queued) + " queued"
	}
	if c.Blocked > 0 {
		text += ", " + group3(c.Blocked) + " blocked"
	}
	text += ", " + group3(c.Ended) + " ended"
	if c.Failed > 0 {
		text += ", " + group3(c.Failed) + " failed"
	}
	return text
}

// streams are the calls whose total is not known before they end.
var streams = map[string]bool{
	"ForEach": true, "Consume": true, "MapSeq": true, "MapUnordered": true,
	"MapSource": true, "MapSourceUnordered": true,
}

func callCounts(n *inspect.Node) string {
	c := n.Counts
	if c == nil {
		return ""
	}
	text := group3(c.Begun) + " begun"
	if !streams[n.Name] {
		text += " of " + group3(c.Total)
	}
	if c.Failed > 0 {
		text += ", " + group3(c.Failed) + " failed"
	}
	return text
}
