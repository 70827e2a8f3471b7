package otelinspect

import (
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"example.com/asyncgo/inspect"
)

// instruments are those of one meter.
type instruments struct {
	begun, ended, failed, cancelled, panicked metric.Int64ObservableCounter
	busy                                      metric.Float64ObservableCounter
	open, resource                            metric.Int64ObservableGauge
}

func newInstruments(meter metric.Meter) (*instruments, error) {
	var i instruments
	var errs [8]error
	tasks := metric.WithUnit("{task}")
	i.begun, errs[0] = meter.Int64ObservableCounter("asyncgo.tasks.begun", tasks,
		metric.WithDescription("Tasks and functions that have begun."))
	i.ended, errs[1] = meter.Int64ObservableCounter("asyncgo.tasks.ended", tasks,
		metric.WithDescription("Tasks and functions that have ended, those that never ran included."))
	i.failed, errs[2] = meter.Int64ObservableCounter("asyncgo.tasks.failed", tasks,
		metric.WithDescription("Tasks and functions that have ended with a failure."))
	i.cancelled, errs[3] = meter.Int64ObservableCounter("asyncgo.tasks.cancelled", tasks,
		metric.WithDescription("Tasks and functions that have ended canceled."))
	i.panicked, errs[4] = meter.Int64ObservableCounter("asyncgo.tasks.panicked", tasks,
		metric.WithDescription("Tasks and functions that have ended with a panic."))
	i.busy, errs[5] = meter.Float64ObservableCounter("asyncgo.busy", metric.WithUnit("s"),
		metric.WithDescription("How long the tasks and functions that have ended took, summed up."))
	i.open, errs[6] = meter.Int64ObservableGauge("asyncgo.open",
		metric.WithDescription("Groups, calls and tasks that are open."))
	i.resource, errs[7] = meter.Int64ObservableGauge("asyncgo.resource",
		metric.WithDescription("The state of semaphores, locks and queues that have names."))
	return &i, errors.Join(errs[:]...)
}

func (i *instruments) all() []metric.Observable {
	return []metric.Observable{i.begun, i.ended, i.failed, i.cancelled, i.panicked, i.busy, i.open, i.resource}
}

// observe passes what s says to o. Resources that have the same kind and name are
// added up, as in the text for Prometheus: o would keep the last one.
func (i *instruments) observe(o metric.Observer, s *inspect.Snapshot) {
	for _, t := range s.Totals {
		labels := labelsOf("kind", string(t.Kind), "name", t.Name)
		o.ObserveInt64(i.begun, int64(t.Begun), labels)
		o.ObserveInt64(i.ended, int64(t.Ended), labels)
		o.ObserveInt64(i.failed, int64(t.Failed), labels)
		o.ObserveInt64(i.cancelled, int64(t.Cancelled), labels)
		o.ObserveInt64(i.panicked, int64(t.Panicked), labels)
		o.ObserveFloat64(i.busy, t.Busy.Seconds(), labels)
		o.ObserveInt64(i.open, int64(t.Open), labels)
	}
	type series struct{ kind, name, stat string }
	sums := map[series]int64{}
	for _, r := range s.Resources {
		for _, stat := range r.Stats {
			sums[series{r.Kind, r.Name, stat.Name}] += int64(stat.Value)
		}
	}
	for of, sum := range sums {
		o.ObserveInt64(i.resource, sum, labelsOf("kind", of.kind, "name", of.name, "stat", of.stat))
	}
}

// labelsOf returns attributes, given as keys and values in turns.
func labelsOf(all ...string) metric.MeasurementOption {
	var labels []attribute.KeyValue
	for i := 0; i < len(all); i += 2 {
		labels = append(labels, attribute.String(all[i], valid(all[i+1])))
	}
	return metric.WithAttributeSet(attribute.NewSet(labels...))
}
