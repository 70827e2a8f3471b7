package inspect

import "iter"

// row is a line of a tree: a node, or the number of children that are not
// listed.
type row struct {
	depth  int
	node   *Node // nil for the line of hidden children
	scope  *Node // the node whose context the node's own derives from; nil for a root
	hidden int
	last   bool // of its parent's lines
}

// rows walks a tree depth first without recursion: a tree may be deep. Nodes
// that are nil are skipped. After the children of a node comes a row for those
// that are hidden.
func rows(roots []*Node) iter.Seq[row] {
	type level struct {
		scope    *Node
		children []*Node
		hidden   int
	}
	return func(yield func(row) bool) {
		levels := []level{{children: roots}}
		for len(levels) > 0 {
			depth := len(levels) - 1
			l := &levels[depth]
			for len(l.children) > 0 && l.children[0] == nil {
				l.children = l.children[1:]
			}
			switch {
			case len(l.children) > 0:
				n := l.children[0]
				l.children = l.children[1:]
				for len(l.children) > 0 && l.children[0] == nil {
					l.children = l.children[1:]
				}
				if !yield(row{depth: depth, node: n, scope: l.scope, last: len(l.children) == 0 && l.hidden == 0}) {
					return
				}
				levels = append(levels, level{scope: scopeOf(n, l.scope), children: n.Children, hidden: max(n.Hidden, 0)})
			case l.hidden > 0:
				if !yield(row{depth: depth, hidden: l.hidden, last: true}) {
					return
				}
				l.hidden = 0
			default:
				levels = levels[:depth]
			}
		}
	}
}

// scopeOf returns n, or the scope of n if n is a function that has no context of
// its own in the snapshot: it has its call's.
func scopeOf(n, scope *Node) *Node {
	if n.Kind == KindFunc && n.Cause == "" && n.Deadline.IsZero() {
		return scope
	}
	return n
}
