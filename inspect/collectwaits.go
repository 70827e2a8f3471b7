package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.com/asyncgo/internal/watch"
)

func childID(parent string, index int) string { return parent + "/" + strconv.Itoa(index) }

// waits fills in what a node waits for and what it holds.
func (c *collection) waits(out *Node, n *watch.Node) {
	waits, holds := n.Waits()
	for _, w := range waits {
		made, rec := c.wait(w)
		out.Waits, out.waiting = append(out.Waits, made), append(out.waiting, rec)
	}
	for _, w := range holds {
		made, rec := c.wait(w)
		out.Holds, out.holding = append(out.Holds, made), append(out.holding, rec)
	}
}

func (c *collection) wait(w watch.State) (Wait, record) {
	out := Wait{What: What(w.What), N: w.N, Age: c.since(w.Since)}
	end := endOf(w.Context)
	rec := record{seq: w.Seq, limited: end.done || !end.deadline.IsZero()}
	out.Node = c.idOf(w.Of)
	if w.Left > 0 {
		out.Left = max(0, w.Left-out.Age)
	}
	switch on := w.On.(type) {
	case watch.Target:
		name, node := on.Target()
		out.Name = name
		out.Node = c.idOf(node)
		if node != nil && w.What == watch.Room {
			of := endOf(node.Context)
			rec.limited = rec.limited || of.done || !of.deadline.IsZero()
		}
	case watch.Part:
		out.Name = watch.NameOf(on)
		out.Key = keyText(on.Key())
		c.resource(on)
		rec.of = c.guardOf(on, [2]any{on.Identity(), on.Key()})
	case watch.Resource:
		out.Name = watch.NameOf(on)
		c.resource(on)
		rec.of = c.guardOf(on, on.Identity())
	case interface{ Key() any }:
		out.Key = keyText(on.Key())
	}
	return out, rec
}

// idOf returns the ID of a node; empty if the monitor does not see it.
func (c *collection) idOf(n *watch.Node) string {
	if n == nil || n.Monitor() != c.monitor.watch {
		return ""
	}
	return n.ID(n.Index())
}

// resource returns the resource that r is, made once.
func (c *collection) resource(r watch.Resource) *Resource {
	id := r.Identity()
	made := c.resources[id]
	if made == nil {
		kind, stats := r.State()
		made = &Resource{Kind: kind, Name: watch.NameOf(r)}
		for _, stat := range stats {
			made.Stats = append(made.Stats, Stat(stat))
		}
		c.resources[id] = made
	}
	return made
}

// guardOf returns the guard of a semaphore, a lock or one key; nil if r is none
// of these.
func (c *collection) guardOf(r watch.Resource, id any) *guard {
	if g, ok := c.guards[id]; ok {
		return g
	}
	state := c.resource(r)
	var g *guard
	switch state.Kind {
	case "semaphore":
		g = &guard{permits: state.Stat("limit"), waiting: state.Stat("waiting")}
	case "lock":
		g = &guard{permits: 1, waiting: state.Stat("waiting")}
	case "rwlock":
		g = &guard{rw: true, writer: state.Stat("writer") > 0, waiting: state.Stat("waiting")}
	case "keyed":
		g = &guard{}
		g.permits, g.waiting = r.(watch.Part).Permits()
	}
	c.guards[id] = g
	return g
}

// allResources are those that the snapshot shows: of the default monitor those
// with a name, of another those that its nodes wait for or hold.
func (c *collection) allResources() []*Resource {
	var all []*Resource
	if watch.Default() == c.monitor.watch {
		for _, r := range watch.Named() {
			all = append(all, c.resource(r))
		}
	} else {
		for _, r := range c.resources {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Resource) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), slices.CompareFunc(a.Stats, b.Stats, func(a, b Stat) int {
			return cmp.Compare(a.Value, b.Value)
		}))
	})
	return all
}

// end is what a context says of its end.
type end struct {
	done     bool
	cause    string
	deadline time.Time
}

// endOf asks a context, which may be the user's code. One that panics says
// nothing.
func endOf(ctx context.Context) (e end) {
	defer func() { _ = recover() }()
	if ctx == nil {
		return e
	}
	if deadline, ok := ctx.Deadline(); ok {
		e.deadline = deadline
	}
	if ctx.Err() != nil {
		e.done = true
		e.cause = errorText(context.Cause(ctx))
	}
	return e
}

// errorText is the text of an error, whose Error may be the user's code.
func errorText(err error) (text string) {
	if err == nil {
		return ""
	}
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T, whose Error panics", err)
		}
	}()
	return err.Error()
}

// keyText is the text of a key, as [fmt.Sprint] makes it. The key's methods may be
// the user's code; they are called here, since package fmt would print a panic
// of theirs in its own way.
func keyText(key any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T, whose String panics", key)
		}
	}()
	switch key := key.(type) {
	case fmt.Formatter:
	case error:
		return key.Error()
	case fmt.Stringer:
		return key.String()
	}
	return fmt.Sprint(key)
}
