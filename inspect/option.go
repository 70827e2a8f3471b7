package inspect

import (
	"runtime/trace"
	"strconv"

	"example.com/asyncgo/internal/watch"
)

// Option is an option for [New].
type Option interface{ applyMonitor(*options) }

type options struct {
	limit    int
	sites    bool
	labels   bool
	stacks   string // not empty: the value of labelMonitor
	regions  bool
	tracers  []Tracer
	timeline int
}

type optionFunc func(*options)

func (f optionFunc) applyMonitor(o *options) { f(o) }

// WithLimit sets how many children of one parent a snapshot lists, 1,000 without
// it; the others are counted in [Node.Hidden]. WithLimit panics if n is less
// than 1.
func WithLimit(n int) Option {
	if n < 1 {
		panic(misused("WithLimit(" + strconv.Itoa(n) + "): at least 1"))
	}
	return optionFunc(func(o *options) { o.limit = n })
}

// WithSites notes where groups, calls and tasks are begun: [Node.Site]. For each
// it takes the stack of the goroutine.
func WithSites() Option { return optionFunc(func(o *options) { o.sites = true }) }

// WithLabels gives each task and function the pprof label asyncgo.task, its name
// or else its function's, and what runs in a group or a call asyncgo.group, the
// name of that, in its context and for as long as it runs in its goroutine. CPU
// and goroutine profiles have them; so do tracebacks, with
// GODEBUG=tracebacklabels=1.
func WithLabels() Option { return optionFunc(func(o *options) { o.labels = true }) }

// WithStacks is [WithLabels] with a label asyncgo.id more, which
// [Monitor.SnapshotStacks] needs to find the goroutines. It makes the labels of
// each goroutine unique, so that the goroutine profile of net/http/pprof sums up
// nothing.
func WithStacks() Option {
	return optionFunc(func(o *options) {
		o.labels = true
		o.stacks = strconv.FormatUint(lastStacks.Add(1), 10)
	})
}

// WithRegions makes each group and call that begins while a runtime/trace runs a
// task of that trace, and each task and function a region. What has begun before
// the trace has none. Without a trace it costs one atomic load for each.
func WithRegions() Option { return optionFunc(func(o *options) { o.regions = true }) }

// WithTracer has t called for each group, call, task and function. Of several
// tracers each gets the context of the one before it. WithTracer panics if t is
// nil.
func WithTracer(t Tracer) Option {
	if t == nil {
		panic(misused("WithTracer(nil)"))
	}
	return optionFunc(func(o *options) { o.tracers = append(o.tracers, t) })
}

// WithTimeline keeps the last n spans that have ended, for [Monitor.Timeline].
// WithTimeline panics if n is less than 1.
func WithTimeline(n int) Option {
	if n < 1 {
		panic(misused("WithTimeline(" + strconv.Itoa(n) + "): at least 1"))
	}
	return optionFunc(func(o *options) { o.timeline = n })
}

// allTracers are those of the options themselves and then the user's.
func (o *options) allTracers() (all []watch.Tracer) {
	if o.labels {
		all = append(all, watch.Tracer{Begin: (&labeler{monitor: o.stacks}).begin})
	}
	if o.regions {
		all = append(all, watch.Tracer{Active: trace.IsEnabled, Begin: beginRegion})
	}
	for _, t := range o.tracers {
		all = append(all, adapt(t))
	}
	return all
}
