package programs

import (
	"context"
	"time"
)

const items = 1_000_000

// Pipeline is W11: four stages, one after another, with little room between
// them.
func Pipeline() Program {
	run := func(flow func(ctx context.Context, size, room int, done *sink) error) func(context.Context, Point) (Outcome, error) {
		return func(ctx context.Context, at Point) (Outcome, error) {
			var done sink
			start := time.Now()
			err := flow(ctx, at.Size, int(at.X), &done)
			took := time.Since(start)
			if err == nil {
				err = done.check(at.Size)
			}
			return Outcome{done.sum, []float64{float64(took.Nanoseconds()) / float64(at.Size)}}, err
		}
	}
	return Program{
		Name: "W11 pipeline",
		Text: "1,000,000 numbers pass through four stages of one goroutine each, in order; each stage mixes the bits, which takes a few nanoseconds. " +
			"Between two stages there is room for a number of items, 128 in the goal, and a stage whose successor is full blocks. " +
			"asyncgo has a group and three queues; asyncgo-batch takes from its queues as many items as there are; asyncgo-stages are `MapSource`, one over the other, with a limit in place of the room, which is more than the others do: the calls of one stage run at the same time. " +
			"errgroup, conc and pond have no queues: their stages have channels, with a select on the context. channels are the same without any context: they cannot be canceled.",
		Axis: "items between two stages", Unit: "items",
		Points: []Point{{X: 1, Size: items / 10}, {X: 16, Size: items / 10}, {X: 128, Size: items, Main: true}, {X: 1024, Size: items / 10}},
		Metrics: []Metric{
			{Name: "ns per item", Goal: true},
		},
		Variants: append([]Variant{
			{Name: Base, Run: run(flowChannels)},
			{Name: Ours, Run: run(flowAsyncgo)},
			{Name: "asyncgo-batch", Run: run(flowBatches)},
			{Name: "asyncgo-stages", Run: run(flowStages)},
			{Name: "errgroup", Run: run(flowErrgroup)},
			{Name: "conc", Run: run(flowConc)},
			{Name: "pond", Run: run(flowPond)},
		}, asyncio("pipeline", false, noArguments)...),
	}
}
