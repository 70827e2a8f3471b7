package inspect

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteMetrics writes the totals and the resources in the text format of
// Prometheus, version 0.0.4: counters of the tasks that began, ended, failed,
// were canceled and panicked, the seconds that they took, and gauges of what is
// open and of each stat of each resource. It returns the error of w.
//
// The lines are sorted. Resources that have the same kind and name are added up,
// since a series must not occur twice.
func (s *Snapshot) WriteMetrics(w io.Writer) error {
	if s == nil {
		s = new(Snapshot)
	}
	out := bufio.NewWriter(w)
	totals := s.totalsByLabels()
	for _, m := range totalMetrics {
		writeFamily(out, m.name, m.kind, m.help)
		for _, total := range totals {
			writeSample(out, m.name, [][2]string{{"kind", string(total.Kind)}, {"name", total.Name}}, m.value(total))
		}
	}
	const resource = "asyncgo_resource"
	writeFamily(out, resource, "gauge", "A number of a semaphore, a lock, a queue or the like.")
	for _, sample := range s.resourceSamples() {
		labels := [][2]string{{"kind", sample.kind}, {"name", sample.name}, {"stat", sample.stat}}
		writeSample(out, resource, labels, strconv.Itoa(sample.value))
	}
	return out.Flush()
}

// totalMetrics are the metrics that each [Total] has a sample of.
var totalMetrics = []struct {
	name, kind, help string
	value            func(*Total) string
}{
	{
		"asyncgo_tasks_begun_total", "counter", "Tasks and functions that have begun.",
		func(t *Total) string { return strconv.FormatUint(t.Begun, 10) },
	},
	{
		"asyncgo_tasks_ended_total", "counter", "Tasks and functions that have ended, with those that never ran.",
		func(t *Total) string { return strconv.FormatUint(t.Ended, 10) },
	},
	{
		"asyncgo_tasks_failed_total", "counter", "Tasks and functions that have failed.",
		func(t *Total) string { return strconv.FormatUint(t.Failed, 10) },
	},
	{
		"asyncgo_tasks_cancelled_total", "counter", "Tasks and functions that were canceled.",
		func(t *Total) string { return strconv.FormatUint(t.Cancelled, 10) },
	},
	{
		"asyncgo_tasks_panicked_total", "counter", "Tasks and functions that have panicked, among those that failed.",
		func(t *Total) string { return strconv.FormatUint(t.Panicked, 10) },
	},
	{
		"asyncgo_busy_seconds_total", "counter", "The time that the tasks and functions which have ended took.",
		func(t *Total) string { return strconv.FormatFloat(t.Busy.Seconds(), 'g', -1, 64) },
	},
	{
		"asyncgo_open", "gauge", "Groups, calls and tasks that have not ended.",
		func(t *Total) string { return strconv.Itoa(t.Open) },
	},
}

// labelValue is s as a label's value has to be: UTF-8.
func labelValue(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// totalsByLabels returns one total for each kind and name, sorted.
func (s *Snapshot) totalsByLabels() []*Total {
	var totals []*Total
	known := make(map[[2]string]*Total)
	for _, t := range s.Totals {
		if t == nil {
			continue
		}
		key := [2]string{labelValue(string(t.Kind)), labelValue(t.Name)}
		sum := known[key]
		if sum == nil {
			sum = &Total{Kind: Kind(key[0]), Name: key[1]}
			known[key] = sum
			totals = append(totals, sum)
		}
		sum.Open += t.Open
		sum.Begun += t.Begun
		sum.Ended += t.Ended
		sum.Failed += t.Failed
		sum.Cancelled += t.Cancelled
		sum.Panicked += t.Panicked
		sum.Busy += t.Busy
	}
	slices.SortFunc(totals, func(a, b *Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return totals
}

// resourceSample is one number of all resources of one kind and name.
type resourceSample struct {
	kind, name, stat string
	place            int // of the stat among those of its resource
	value            int
}

// resourceSamples returns one sample for each kind, name and stat, sorted by kind
// and name; stats stay in their order.
func (s *Snapshot) resourceSamples() []*resourceSample {
	var samples []*resourceSample
	known := make(map[[3]string]*resourceSample)
	for _, r := range s.Resources {
		if r == nil {
			continue
		}
		for i, stat := range r.Stats {
			key := [3]string{labelValue(r.Kind), labelValue(r.Name), labelValue(stat.Name)}
			sum := known[key]
			if sum == nil {
				sum = &resourceSample{kind: key[0], name: key[1], stat: key[2], place: i}
				known[key] = sum
				samples = append(samples, sum)
			}
			sum.value += stat.Value
		}
	}
	slices.SortStableFunc(samples, func(a, b *resourceSample) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.place, b.place))
	})
	return samples
}

// The errors of out are kept until its Flush.

func writeFamily(out *bufio.Writer, name, kind, help string) {
	_, _ = out.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n")
}

func writeSample(out *bufio.Writer, name string, labels [][2]string, value string) {
	_, _ = out.WriteString(name)
	before := "{"
	for _, label := range labels {
		_, _ = out.WriteString(before + label[0] + `="`)
		_, _ = labelEscaper.WriteString(out, label[1])
		before = `",`
	}
	_, _ = out.WriteString(`"} ` + value + "\n")
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
