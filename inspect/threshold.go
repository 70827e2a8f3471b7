package inspect

import (
	"cmp"
	"slices"
)

// membership is a vertex's part in a threshold.
type membership struct {
	of     *threshold
	weight int
}

// threshold counts in have what those of its members that can go on contribute.
type threshold struct {
	have    int
	members []*vertex
	claims  []*demand // sorted by need when all are known

	next   int   // by the search for cycles: the first member that may not have been seen
	onPath []int // and where its members are on the path
}

// demand is a claim as its threshold sees it.
type demand struct {
	by   *vertex
	need int
}

func (d *standstill) threshold() *threshold {
	t := new(threshold)
	d.thresholds = append(d.thresholds, t)
	return t
}

// endOf returns the threshold whose only member is v.
func (d *standstill) endOf(v *vertex) *threshold {
	if v.ends == nil {
		v.ends = d.threshold()
		v.ends.join(v, 1)
	}
	return v.ends
}

// join makes v a member of t. All members are known before any is marked to be
// able to go on, except that marking waits for settle.
func (t *threshold) join(v *vertex, weight int) {
	t.members = append(t.members, v)
	v.members = append(v.members, membership{t, weight})
}

func (d *standstill) claim(v *vertex, on *threshold, need int, w *Wait) {
	on.claims = append(on.claims, &demand{v, need})
	v.claims = append(v.claims, claim{on, w})
}

// mark says that v can go on. Its thresholds are raised by settle.
func (d *standstill) mark(v *vertex) {
	if !v.can {
		v.can = true
		d.marked = append(d.marked, v)
	}
}

// settle raises thresholds until nothing changes.
func (d *standstill) settle() {
	for _, t := range d.thresholds {
		slices.SortStableFunc(t.claims, func(a, b *demand) int { return cmp.Compare(a.need, b.need) })
		d.raise(t, 0)
	}
	for len(d.marked) > 0 {
		v := d.marked[len(d.marked)-1]
		d.marked = d.marked[:len(d.marked)-1]
		for _, m := range v.members {
			d.raise(m.of, m.weight)
		}
	}
}

// raise adds to a threshold and marks those whose claims it now meets.
func (d *standstill) raise(t *threshold, weight int) {
	t.have += weight
	for len(t.claims) > 0 && t.claims[0].need <= t.have {
		d.mark(t.claims[0].by)
		t.claims = t.claims[1:]
	}
}
