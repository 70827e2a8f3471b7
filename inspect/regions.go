package inspect

import (
	"cmp"
	"context"
	"runtime/trace"

	"example.com/asyncgo/internal/watch"
)

// beginRegion is the tracer of [WithRegions].
func beginRegion(ctx context.Context, n *watch.Node) (context.Context, func(error)) {
	name := cmp.Or(nameOf(n), shortFunc(funcName(n.Code())), string(kinds[n.Kind()]))
	switch n.Kind() {
	case watch.Group, watch.Call:
		ctx, task := trace.NewTask(ctx, name)
		return ctx, func(error) { task.End() }
	}
	region := trace.StartRegion(ctx, name)
	return nil, func(error) { region.End() }
}
