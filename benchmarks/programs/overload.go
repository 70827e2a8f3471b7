package programs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	workers = 16
	hold    = 2 * time.Millisecond // that a job takes of a worker, besides computing
	usual   = 2 * hold             // a job that has less left is not begun
	classes = 3
)

// shares are the percentages of the classes, most important first, and
// patience is the time in which their jobs are of use.
var (
	shares   = [classes]uint64{10, 30, 60}
	patience = [classes]time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond}
)

// job is one job of W12.
type job struct {
	number   int
	class    int
	deadline time.Time
}

func newJob(number int, at time.Time) job {
	x, class := mix(number, classes)%100, 0
	for x >= shares[class] {
		x -= shares[class]
		class++
	}
	return job{number, class, at.Add(patience[class])}
}

// work is the job itself.
func (j job) work(ctx context.Context) error {
	if err := pause(ctx, hold); err != nil {
		return err
	}
	digest(j.number, 0)
	return nil
}

// account counts what became of the jobs.
type account struct {
	inTime, late, dropped [classes]atomic.Int64
	failed                atomic.Pointer[error]
}

// do handles a job that has left the queue: it is dropped if its time is up,
// or as good as up, and otherwise run, by run, until its deadline.
func (a *account) do(ctx context.Context, j job, run func(ctx context.Context, j job) error) {
	if time.Until(j.deadline) < usual {
		a.dropped[j.class].Add(1)
		return
	}
	err := run(ctx, j)
	switch {
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		a.failed.Store(&err)
	case err != nil || time.Now().After(j.deadline):
		a.late[j.class].Add(1)
	default:
		a.inTime[j.class].Add(1)
	}
}

// withDeadline runs a job as all variants but asyncgo do.
func withDeadline(ctx context.Context, j job) error {
	ctx, cancel := context.WithDeadline(ctx, j.deadline)
	defer cancel()
	return j.work(ctx)
}

// pool runs jobs by priority. Submit does not wait; close returns when the jobs
// that have been submitted are done.
type pool struct {
	submit func(j job)
	close  func() error
}

// Overload is W12: more jobs than can be done.
func Overload() Program {
	full := capacity{measure: workerCapacity}
	run := func(open func(ctx context.Context, a *account) pool) func(context.Context, Point) (Outcome, error) {
		return func(ctx context.Context, at Point) (Outcome, error) {
			duration := time.Duration(at.Size) * time.Millisecond
			most, err := full.get(ctx, duration)
			if err != nil {
				return Outcome{}, err
			}
			return overload(ctx, open, most, at.X, duration)
		}
	}
	return Program{
		Name: "W12 overload",
		Text: "Sixteen workers do jobs that take one for 2 ms and hash 16 KiB. One job in ten is important and of use for 20 ms, three are of use for 40 ms, six for 80 ms; the more important is done first, of the same class the older. " +
			"A job that has less than 4 ms left when a worker takes it is dropped, and one that is begun is canceled at its deadline. " +
			"Jobs arrive at random moments, at one, two and three times the capacity, which is what the workers do without any queue; it is measured first. Goodput is what is completed in time, in percent of the capacity. " +
			"asyncgo is a group of workers over a priority queue, with `WaitFor`; errgroup and conc run the workers, and channels, one for each class, are the queue, as they are for channels; " +
			"pond gets a task for each job, which takes the first job of these channels. All in Go have the same capacity, asyncio its own.",
		Axis: "offered, in multiples of the capacity", Unit: "ms of arrivals",
		Points: []Point{{X: 1, Size: window}, {X: 2, Size: window, Main: true}, {X: 3, Size: window, Main: true}},
		Metrics: []Metric{
			{Name: "goodput %", More: true, Goal: true},
			{Name: "important in time %", More: true, Goal: true},
			{Name: "offered per s", Extra: true},
			{Name: "late %", Extra: true},
			{Name: "dropped %", Extra: true},
		},
		Variants: append([]Variant{
			{Name: Base, Run: run(poolChannels)},
			{Name: Ours, Run: run(poolAsyncgo)},
			{Name: "errgroup", Run: run(poolErrgroup)},
			{Name: "conc", Run: run(poolConc)},
			{Name: "pond", Run: run(poolPond)},
		}, asyncioOwnRate("overload")...),
	}
}

// workerCapacity returns how many jobs a second the workers do if there is
// always one.
func workerCapacity(ctx context.Context, duration time.Duration) (float64, error) {
	var next atomic.Int64
	var all errgroup.Group
	start := time.Now()
	for range workers {
		all.Go(func() error {
			for time.Since(start) < duration {
				j := newJob(int(next.Add(1)), time.Now().Add(time.Minute))
				if err := withDeadline(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := all.Wait()
	return float64(next.Load()) / time.Since(start).Seconds(), err
}

func overload(ctx context.Context, open func(context.Context, *account) pool, full, factor float64, duration time.Duration) (Outcome, error) {
	var a account
	p := open(ctx, &a)
	sent := arrivals(factor*full, duration, func(number int, at time.Time) { p.submit(newJob(number, at)) })
	if err := p.close(); err != nil {
		return Outcome{}, err
	}
	if err := a.failed.Load(); err != nil {
		return Outcome{}, *err
	}
	var ofClass, inTime, late, dropped [classes]float64
	counted := 0.
	for c := range classes {
		inTime[c], late[c], dropped[c] = float64(a.inTime[c].Load()), float64(a.late[c].Load()), float64(a.dropped[c].Load())
		ofClass[c] = inTime[c] + late[c] + dropped[c]
		counted += ofClass[c]
	}
	if counted != float64(sent) {
		return Outcome{}, fmt.Errorf("%g jobs of %d are accounted for", counted, sent)
	}
	sum := func(n [classes]float64) float64 { return n[0] + n[1] + n[2] }
	return Outcome{0, []float64{
		100 * sum(inTime) / (full * duration.Seconds()),
		100 * inTime[0] / max(1, ofClass[0]),
		float64(sent) / duration.Seconds(),
		100 * sum(late) / counted,
		100 * sum(dropped) / counted,
	}}, nil
}
