package taskgroup

import (
	"math"
	"sync/atomic"
	"time"
)

// claims hands out the numbers from 0 to n-1, each of them once, to workers
// that ask at the same time.
//
// It hands them out in order, one by one: that is what functions can see, and
// what those that wait for each other may rely on. But cores that take turns at
// one counter need more time for that than a trivial function takes. So a
// worker that has claimed several numbers in a row, nobody else having claimed
// one in between, and was quick about it, claims a window of numbers at once:
// wider ones as long as it stays quick, single numbers when it does not. Who
// finds the counter used up takes from the windows, so that nothing waits
// behind a slow function while there is a worker to spare.
//
// A clock that stands still, as it may in a synctest bubble, is no evidence
// that a worker is quick. So in a bubble the order is exact.
type claims struct {
	_       [120]byte    // cores share pairs of lines
	counter atomic.Int64 // the numbers below are claimed, or in a window
	_       [120]byte
	windows atomic.Pointer[window]
}

const (
	inARow    = 4                     // claims, after which a worker looks at the clock
	narrowest = 8                     // claims, after which it looks again; then a window's width
	widest    = 256                   // numbers in a window
	quick     = 500 * time.Nanosecond // for one function
	untilPass = 64                    // claims, after which a worker lets others pass
	patience  = 256                   // looks at the counter meanwhile
)

// pace is what a worker knows of its claims.
type pace struct {
	window  *window
	width   int       // of the next window; 0: it claims single numbers
	since   time.Time // when it claimed the window, or was inARow
	singles int       // claims of single numbers
	row     int       // of them, in a row
	next    int       // the number that continues the row
}

// window is a range of numbers that one worker has claimed, and others may
// take from.
type window struct {
	span atomic.Uint64 // the next number << 32 | the end
	_    [120]byte
	next *window // another worker's
	_    [120]byte
}

// take returns the next number of the window, or -1.
func (w *window) take() int {
	span := w.span.Add(1 << 32)
	if i := span>>32 - 1; i < span&math.MaxUint32 {
		return int(i)
	}
	return -1
}

func (w *window) holds() bool {
	span := w.span.Load()
	return span>>32 < span&math.MaxUint32
}

// take returns the next number of the worker's own window, or -1.
func (p *pace) take() int {
	if p.window == nil {
		return -1
	}
	return p.window.take()
}

func (p *pace) holds() bool { return p.window != nil && p.window.holds() }

// next returns a number, or -1 if there is none, to a worker whose window is
// used up. wide says that windows are of use.
func (c *claims) next(p *pace, n int, wide bool) int {
	if wide = wide && n <= math.MaxInt32; wide {
		if p.width > 0 {
			p.adjust()
		} else {
			if p.singles%untilPass == 0 {
				c.letPass()
			}
			p.singles++
		}
	}
	width := int64(max(p.width, 1))
	end := c.counter.Add(width)
	i := end - width
	end = min(end, int64(n))
	switch {
	case i >= end:
		return c.steal()
	case p.width > 0:
		p.window.span.Store(uint64(i+1)<<32 | uint64(end))
	case wide:
		c.judge(p, int(i))
	}
	return int(i)
}

// unused reports that the counter is not used up.
func (c *claims) unused(n int) bool { return c.counter.Load() < int64(n) }

// windowed reports that there is a number in a window.
func (c *claims) windowed() bool {
	for w := c.windows.Load(); w != nil; w = w.next {
		if w.holds() {
			return true
		}
	}
	return false
}

// steal returns a number from a window, or -1.
func (c *claims) steal() int {
	for w := c.windows.Load(); w != nil; w = w.next {
		if w.holds() {
			if i := w.take(); i >= 0 {
				return i
			}
		}
	}
	return -1
}

// letPass stays out of the way, for a microsecond or so, while others claim
// number after number: whoever is so quick must only be left alone to claim
// windows. It does not yield, since that may take milliseconds.
func (c *claims) letPass() {
	before := c.counter.Load()
	for range patience {
		if c.counter.Load() >= before+inARow+narrowest {
			return
		}
	}
}

// judge has a worker that claims the single number i claim windows from now on,
// if it has been alone and quick.
func (c *claims) judge(p *pace, i int) {
	if p.row++; i != p.next {
		p.row = 0
	}
	p.next = i + 1
	switch p.row {
	case inARow:
		p.since = time.Now()
	case inARow + narrowest:
		p.row = 0
		p.width = narrowest
		p.adjust()
		if p.width > 0 && p.window == nil {
			c.addWindow(p)
		}
	}
}

// adjust sets the width of the next window by what the clock says of the last.
func (p *pace) adjust() {
	now := time.Now()
	took := now.Sub(p.since)
	p.since = now
	if 0 < took && took <= time.Duration(p.width)*quick {
		p.width = min(2*p.width, widest)
	} else {
		p.width = 0
	}
}

func (c *claims) addWindow(p *pace) {
	w := &window{next: c.windows.Load()}
	for !c.windows.CompareAndSwap(w.next, w) {
		w.next = c.windows.Load()
	}
	p.window = w
}
