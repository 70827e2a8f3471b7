package programs

import (
	"context"
	_ "embed"
	"encoding/json"
	"time"

	"example.com/asyncgo/benchmarks/internal/python"
)

//go:embed asyncio_programs.py
var script string

// arguments is what the script gets, as JSON.
type arguments struct {
	Program  string  `json:"program"`
	X        float64 `json:"x"`
	Size     int     `json:"size"`
	Site     string  `json:"site,omitempty"`
	Capacity float64 `json:"capacity,omitempty"` // 0: measure it, and do nothing else
}

func noArguments(context.Context, Point) (arguments, error) { return arguments{}, nil }

// asyncio returns the variant in Python, if there is a Python.
func asyncio(program string, apart bool, prepare func(context.Context, Point) (arguments, error)) []Variant {
	if _, err := python.Find(); err != nil {
		return nil
	}
	return []Variant{{Name: "asyncio", Apart: apart, Run: func(ctx context.Context, at Point) (Outcome, error) {
		args, err := prepare(ctx, at)
		if err != nil {
			return Outcome{}, err
		}
		args.Program, args.X, args.Size = program, at.X, at.Size
		return runScript(ctx, args)
	}}}
}

// asyncioOwnRate is asyncio for a program in which work arrives at a rate. It
// has a capacity of its own, which is measured as that of the others is.
func asyncioOwnRate(program string) []Variant {
	full := capacity{measure: func(ctx context.Context, d time.Duration) (float64, error) {
		o, err := runScript(ctx, arguments{Program: program, Size: int(d.Milliseconds())})
		if err != nil {
			return 0, err
		}
		return o.Values[0], nil
	}}
	return asyncio(program, true, func(ctx context.Context, at Point) (arguments, error) {
		most, err := full.get(ctx, time.Duration(at.Size)*time.Millisecond)
		return arguments{Capacity: most}, err
	})
}

func runScript(ctx context.Context, args arguments) (o Outcome, err error) {
	p, err := python.Find()
	if err != nil {
		return o, err
	}
	text, err := json.Marshal(args)
	if err != nil {
		return o, err
	}
	out, err := p.Run(ctx, script, string(text))
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(out, &o)
}
