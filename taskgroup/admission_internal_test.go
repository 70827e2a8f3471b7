package taskgroup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a task that only waits for its slot.
type named struct {
	core
	name string
}

func (*named) call(context.Context) {}
func (*named) drop()                {}

func newNamed(name string, weight int, isShielded bool) *named {
	r := &named{name: name}
	r.extra = &extra{weight: weight}
	r.state.Or(hasOptions)
	if isShielded {
		r.state.Or(shielded)
	}
	return r
}

// admissionDriver does with an admission what a group does, one step at a time.
type admissionDriver struct {
	admission
	canceled bool
	accepted int
	callers  map[string]*caller // that are blocked, or acquire
	done     map[string]chan struct{}
	units    map[string]int // of those with a slot
}

func newAdmissionDriver(limit, size int, shared bool) *admissionDriver {
	d := &admissionDriver{callers: map[string]*caller{}, done: map[string]chan struct{}{}, units: map[string]int{}}
	d.init(limit, size, shared)
	return d
}

func nameOf(r runner) string { return r.(*named).name }

// arrive is a submit.
func (d *admissionDriver) arrive(r *named) string {
	if d.canceled {
		return "refused"
	}
	if units, ok := d.enter(r.weight()); ok {
		d.units[r.name] = units
		return "slot"
	}
	if d.mayQueue() {
		d.queue(r)
		return "queued"
	}
	done := make(chan struct{})
	c := newCaller(r, done)
	d.admission.callers.PushBack(&c.node)
	d.callers[r.name], d.done[r.name] = c, done
	return "blocked"
}

func (d *admissionDriver) queue(r runner) {
	r.task().state.Or(uint64(d.accepted) << flagBits)
	d.accepted++
	d.backlog.push(r)
}

// grant is grantLocked, and says what was granted.
func (d *admissionDriver) grant() string {
	var granted []string
	for {
		g, ok := d.next(d.canceled)
		switch {
		case !ok:
			return strings.Join(granted, ", ")
		case g.caller == nil:
			d.units[nameOf(g.task)] = g.units
			granted = append(granted, nameOf(g.task)+" slot")
		case g.units == 0:
			delete(d.callers, nameOf(g.caller.runner))
			d.queue(g.caller.runner)
			granted = append(granted, nameOf(g.caller.runner)+" queued")
		default:
			name := nameOf(g.caller.runner)
			if !d.shared {
				delete(d.callers, name)
			}
			d.units[name] = g.units
			granted = append(granted, name+" slot")
		}
	}
}

// end is the end of a task that has a slot.
func (d *admissionDriver) end(name string) string {
	d.release(d.units[name])
	delete(d.units, name)
	return d.grant()
}

// notice is a caller that finds out that its context is done.
func (d *admissionDriver) notice(name string) string {
	d.admission.callers.Remove(&d.callers[name].node)
	delete(d.callers, name)
	return d.grant()
}

// acquire is a caller with a slot that goes on to acquire the shared limit.
func (d *admissionDriver) acquire(name string) string {
	delete(d.callers, name)
	d.acquiring = false
	return d.grant()
}

// takeOut is the cancellation of one task in the backlog.
func (d *admissionDriver) takeOut(name string) string {
	for r := range d.backlog.all {
		if nameOf(r) == name {
			d.backlog.remove(r.task())
			return d.grant()
		}
	}
	return "none"
}

// drain takes the tasks out of the backlog that are not shielded.
func (d *admissionDriver) drain() string {
	var removed []string
	for _, r := range d.backlog.removeIf(func(r runner) bool { return !r.task().isShielded() }) {
		removed = append(removed, nameOf(r)+" removed")
	}
	if granted := d.grant(); granted != "" {
		removed = append(removed, granted)
	}
	return strings.Join(removed, ", ")
}

// step does one step of a script.
func (d *admissionDriver) step(t *testing.T, step string) string {
	t.Helper()
	word, rest, _ := strings.Cut(step, " ")
	switch word {
	case "end":
		require.Contains(t, d.units, rest)
		return d.end(rest)
	case "done":
		close(d.done[rest])
		return ""
	case "notice":
		return d.notice(rest)
	case "acquire":
		return d.acquire(rest)
	case "cancel":
		d.canceled = true
		return d.grant()
	case "take":
		return d.takeOut(rest)
	case "drain":
		return d.drain()
	case "limit":
		limit, err := strconv.Atoi(rest)
		require.NoError(t, err)
		d.limit = limit
		return d.grant()
	}
	name, isShielded := strings.CutSuffix(word, "!")
	weight := 1
	if rest != "" {
		var err error
		weight, err = strconv.Atoi(rest)
		require.NoError(t, err)
	}
	return d.arrive(newNamed(name, weight, isShielded))
}

// A script is steps and what each grants. "a 2" is the submit of a task with that
// weight; with a ! it is shielded.
func TestAdmission(t *testing.T) {
	for name, test := range map[string]struct {
		limit, size int
		shared      bool
		script      string
	}{
		"no limit": {-1, 0, false, `
			a: slot
			b 9: slot
			end a: `},
		"a slot that comes free goes to the first caller": {1, 0, false, `
			a: slot
			b: blocked
			c: blocked
			end a: b slot
			end b: c slot
			end c:
			d: slot`},
		"a task does not overtake a caller": {2, 0, false, `
			a: slot
			b 2: blocked
			c: blocked
			end a: b slot
			end b: c slot
			d: slot`},
		"a task does not overtake the backlog": {2, 5, false, `
			a: slot
			b 2: queued
			c: queued
			end a: b slot
			d: queued
			end b: c slot, d slot`},
		"the backlog comes before the callers": {1, 1, false, `
			a: slot
			b: queued
			c: blocked
			d: blocked
			end a: b slot, c queued
			end b: c slot, d queued
			end c: d slot
			e: queued
			end d: e slot`},
		"a place goes to a caller, not to a later task": {1, 1, false, `
			a: slot
			b: queued
			c: blocked
			d: blocked
			take b: c queued
			e: blocked
			end a: c slot, d queued
			take d: e queued`},
		"a backlog without a bound": {1, -1, false, `
			a: slot
			b: queued
			c: queued
			d: queued
			take c:
			end a: b slot
			end b: d slot`},
		"more than the limit counts as the limit": {3, 0, false, `
			a 9: slot
			b: blocked
			end a: b slot
			c 9: blocked
			d 2: blocked
			end b: c slot
			end c: d slot
			e: slot`},
		"what was taken is released, although the limit has changed": {2, 0, false, `
			a 9: slot
			b: blocked
			limit 3: b slot
			c: blocked
			end a: c slot
			d: slot
			e: blocked`},
		"a higher limit grants in order": {1, 1, false, `
			a: slot
			b: queued
			c 2: blocked
			d: blocked
			limit 4: b slot, c slot, d queued
			e: blocked
			end a: d slot, e queued
			limit -1: e slot
			f 100: slot`},
		"a lower limit waits for the tasks to end": {3, 0, false, `
			a: slot
			b: slot
			c: slot
			limit 1:
			d: blocked
			end a:
			end b:
			end c: d slot`},
		"without a limit units are counted, too": {-1, 0, false, `
			a 5: slot
			limit 6: 
			b 2: blocked
			end a: b slot
			c 4: slot
			d: blocked`},
		"a heavy front lets a caller into the backlog": {2, 2, false, `
			a: slot
			b 2: queued
			c: queued
			d: blocked
			take c: d queued
			end a: b slot`},
		"a heavy caller takes a place": {2, 1, false, `
			a: slot
			b: slot
			c: queued
			d 2: blocked
			end a: c slot, d queued
			end b:
			end c: d slot`},
		"a caller whose context is done is passed over": {1, 0, false, `
			a: slot
			b: blocked
			c: blocked
			d: blocked
			done b:
			done c:
			end a: d slot
			notice b:
			notice c:`},
		"all callers are done": {1, 0, false, `
			a: slot
			b: blocked
			done b:
			end a:
			c: slot
			notice b:`},
		"a caller that is done gets no place": {1, 1, false, `
			a: slot
			b: queued
			c: blocked
			d: blocked
			done c:
			take b: d queued`},
		"lighter ones fit when a heavy caller is gone": {3, 0, false, `
			a 2: slot
			b 2: blocked
			c: blocked
			done b:
			notice b: c slot`},
		"a canceled group grants nothing": {1, 1, false, `
			a: slot
			b: queued
			c: blocked
			cancel:
			end a:
			d: refused
			notice c:
			drain: b removed`},
		"a canceled group grants callers nothing": {1, 0, false, `
			a: slot
			b: blocked
			cancel:
			end a: `},
		"a canceled group grants no place": {1, 1, false, `
			a: slot
			b!: queued
			c!: blocked
			cancel:
			take b:
			end a:`},
		"a shielded task at the front gets a slot": {1, 2, false, `
			a: slot
			b!: queued
			c!: queued
			d: blocked
			cancel:
			end a: b slot
			end b: c slot
			end c:`},
		"a shielded task behind another waits until that is removed": {1, 2, false, `
			a: slot
			b: queued
			c!: queued
			cancel:
			end a:
			drain: b removed, c slot
			end c:`},
		"shielded ones keep their order": {1, -1, false, `
			a: slot
			b!: queued
			c: queued
			d!: queued
			e: queued
			cancel:
			drain: c removed, e removed
			end a: b slot
			end b: d slot`},
		"with a shared limit one caller at a time acquires": {2, 5, true, `
			a: slot
			b: slot
			c: blocked
			d: blocked
			end a: c slot
			end b:
			e: blocked
			acquire c: d slot
			acquire d:
			end c: e slot
			f: blocked
			acquire e: 
			end d: f slot`},
		"a task does not overtake a caller that acquires": {2, 0, true, `
			a: slot
			b: slot
			c: blocked
			end a: c slot
			end b:
			d: blocked
			acquire c: d slot
			acquire d:
			end c:
			e: slot`},
		"a caller that acquires in vain": {1, 0, true, `
			a: slot
			b: blocked
			c: blocked
			end a: b slot
			acquire b:
			end b: c slot`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newAdmissionDriver(test.limit, test.size, test.shared)
			for line := range strings.Lines(strings.TrimSpace(test.script)) {
				step, want, _ := strings.Cut(strings.TrimSpace(line), ":")
				require.Equal(t, strings.TrimSpace(want), d.step(t, step), step)
			}
		})
	}
}

// A call that has been granted a slot has it, although its context is done since.
func TestGrantedCallerStays(t *testing.T) {
	d := newAdmissionDriver(1, 0, false)
	d.step(t, "a")
	d.step(t, "b")
	c := d.callers["b"]
	assert.False(t, c.hasLeft())
	assert.Equal(t, "b slot", d.step(t, "end a"))
	close(d.done["b"])
	assert.True(t, c.hasLeft())
	assert.Equal(t, "blocked", d.step(t, "c"))
	assert.False(t, newCaller(newNamed("", 1, false), nil).hasLeft(), "its context is never done")
}

func TestWaiting(t *testing.T) {
	d := newAdmissionDriver(1, 1, false)
	for i, step := range []string{"a", "b", "c", "d"} {
		d.step(t, step)
		assert.Equal(t, i, d.waiting())
	}
	d.step(t, "take b")
	assert.Equal(t, 2, d.waiting())
}

// waitingTask is a task in the model: accepted, if it is in the backlog.
type waitingTask struct {
	*named
	accepted bool
	gone     bool // its caller's context is done
}

// admissionModel is an admission as the contract has it: one line of tasks, the
// first of them accepted.
type admissionModel struct {
	limit, size int
	shared      bool
	canceled    bool
	acquiring   bool
	line        []*waitingTask
	units       map[string]int
}

func (m *admissionModel) count(accepted bool) int {
	n := 0
	for _, w := range m.line {
		if w.accepted == accepted {
			n++
		}
	}
	return n
}

func (m *admissionModel) fits(w int) (units int, ok bool) {
	if m.limit < 0 {
		return w, true
	}
	for _, taken := range m.units {
		units -= taken
	}
	return min(w, m.limit), units+m.limit >= min(w, m.limit)
}

func (m *admissionModel) places() bool {
	return !m.shared && (m.size < 0 || m.count(true) < m.size)
}

func (m *admissionModel) arrive(r *named) string {
	if m.canceled {
		return "refused"
	}
	if units, ok := m.fits(r.weight()); ok && len(m.line) == 0 && !m.acquiring {
		m.units[r.name] = units
		return "slot"
	}
	accepted := m.count(false) == 0 && m.places()
	m.line = append(m.line, &waitingTask{named: r, accepted: accepted})
	if accepted {
		return "queued"
	}
	return "blocked"
}

// grant grants slots and places until nothing can be granted.
func (m *admissionModel) grant() string {
	var granted []string
	for !m.acquiring {
		var first, firstCaller *waitingTask // that may be granted something
		if len(m.line) > 0 && m.line[0].accepted {
			first = m.line[0]
		}
		if !m.canceled {
			m.line = slices.DeleteFunc(m.line, func(w *waitingTask) bool {
				if w.accepted || firstCaller != nil {
					return false
				}
				if !w.gone {
					firstCaller = w
				}
				return w.gone && (first == nil || m.places())
			})
			if first == nil {
				first = firstCaller
			}
		}
		units, ok := 0, false
		if first != nil && (!m.canceled || first.isShielded()) {
			units, ok = m.fits(first.weight())
		}
		switch {
		case ok:
			m.line = slices.DeleteFunc(m.line, func(w *waitingTask) bool { return w == first })
			m.units[first.name] = units
			m.acquiring = m.shared
			granted = append(granted, first.name+" slot")
		case firstCaller != nil && m.places():
			firstCaller.accepted = true
			granted = append(granted, firstCaller.name+" queued")
		default:
			return strings.Join(granted, ", ")
		}
	}
	return strings.Join(granted, ", ")
}

func (m *admissionModel) remove(what string, which func(w *waitingTask) bool) string {
	var removed []string
	m.line = slices.DeleteFunc(m.line, func(w *waitingTask) bool {
		if !which(w) {
			return false
		}
		if what != "" {
			removed = append(removed, w.name+what)
		}
		return true
	})
	if granted := m.grant(); granted != "" {
		removed = append(removed, granted)
	}
	return strings.Join(removed, ", ")
}

// Random steps grant what the model grants.
func TestAdmissionDoesAsTheModel(t *testing.T) {
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 0))
		n := func(below int) int { return random.IntN(below) }
		limits := []int{-1, 1, 2, 3, 5}
		limit, size, shared := limits[n(len(limits))], n(4)-1, n(3) == 0
		d := newAdmissionDriver(limit, size, shared)
		m := &admissionModel{limit: limit, size: size, shared: shared, units: map[string]int{}}
		history := fmt.Sprintf("seed %d: limit %d, size %d, shared %t", seed, limit, size, shared)
		acquires := ""
		check := func(what, want, got string) {
			t.Helper()
			history += "\n" + what + ": " + want
			require.Equal(t, want, got, history)
			if shared && strings.HasSuffix(got, " slot") && d.acquiring {
				acquires = strings.TrimSuffix(got, " slot")
			}
			require.Equal(t, len(m.line), d.waiting(), history)
			require.Equal(t, m.acquiring, d.acquiring, history)
			require.Equal(t, m.units, d.units, history)
			sum := 0
			for _, units := range m.units {
				sum += units
			}
			require.Equal(t, units{low: uint64(sum)}, d.used, history)
		}
		for i := range 60 {
			name := strconv.Itoa(i)
			var waits *waitingTask
			if len(m.line) > 0 {
				waits = m.line[n(len(m.line))]
			}
			switch n(9) {
			default:
				weight, isShielded := 1+n(4), n(4) == 0
				check("submit "+name, m.arrive(newNamed(name, weight, isShielded)), d.arrive(newNamed(name, weight, isShielded)))
			case 0, 1, 2:
				for name := range m.units { // any
					if name == acquires {
						continue
					}
					delete(m.units, name)
					check("end "+name, m.grant(), d.end(name))
					break
				}
			case 3:
				m.limit = limits[n(len(limits))]
				check("limit", m.grant(), d.step(t, fmt.Sprint("limit ", m.limit)))
			case 4:
				if waits != nil && !waits.accepted && !waits.gone {
					waits.gone = true
					check("done "+waits.name, "", d.step(t, "done "+waits.name))
				}
			case 5:
				if waits != nil && waits.gone {
					name := waits.name
					check("notice "+name, m.remove("", func(w *waitingTask) bool { return w.name == name }), d.notice(name))
				}
			case 6:
				if acquires != "" {
					name := acquires
					acquires, m.acquiring = "", false
					check("acquire "+name, m.grant(), d.acquire(name))
				}
			case 7:
				if waits != nil && waits.accepted {
					check("take "+waits.name, m.remove("", func(w *waitingTask) bool { return w == waits }), d.takeOut(waits.name))
				}
			case 8:
				switch {
				case m.canceled:
					check("drain", m.remove(" removed", func(w *waitingTask) bool { return w.accepted && !w.isShielded() }), d.drain())
				case n(5) == 0:
					m.canceled = true
					check("cancel", m.grant(), d.step(t, "cancel"))
				}
			}
		}
	}
}
