package workload

import (
	"fmt"
	"reflect"

	"example.com/asyncgo/taskgroup"
)

// completed is W5: which task has completed next? The tasks are futures that
// are resolved one by one, in a scrambled order.
func completed() []Row {
	return []Row{
		loop(1000, true), loop(10_000, false), first(100),
	}
}

// order goes through 0..n-1 in steps, so that numbers in a row are far apart.
func order(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i * 7919 % n
	}
	return all
}

func loop(size int, withSelect bool) Row {
	ends := order(size)
	futures := func() []*taskgroup.Future[int] {
		fs := make([]*taskgroup.Future[int], size)
		for i := range fs {
			fs[i] = taskgroup.NewFuture[int]()
		}
		return fs
	}
	row := Row{
		Name: fmt.Sprintf("W5 next of %d, in a loop", size), Unit: fmt.Sprintf("%d tasks", size),
		Impls: []Impl{
			{Name: "channel", Do: func(n int) (sum int) {
				for range n {
					c := make(chan int, size)
					release := make(chan struct{})
					for _, i := range ends {
						go func() { <-release; c <- i }()
					}
					close(release)
					for range size {
						<-c
						sum++
					}
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for range n {
					fs := futures()
					release := make(chan struct{})
					for _, i := range ends {
						go func() { <-release; fs[i].Resolve(i) }()
					}
					set := taskgroup.NewSet(fs...)
					close(release)
					for range size {
						if _, err := set.Next(background); err != nil {
							return -1
						}
						sum++
					}
				}
				return sum
			}},
			{Name: "asyncgo-completed", Do: func(n int) (sum int) {
				for range n {
					fs := futures()
					release := make(chan struct{})
					for _, i := range ends {
						go func() { <-release; fs[i].Resolve(i) }()
					}
					close(release)
					for _, err := range taskgroup.Completed(background, fs...) {
						if err != nil {
							return -1
						}
						sum++
					}
				}
				return sum
			}},
		},
		Goals: []Goal{{"asyncgo", "channel", 1.4}, {"asyncgo-completed", "channel", 1.4}},
	}
	if withSelect {
		row.Impls = append(row.Impls, Impl{Name: "reflect.Select", Do: func(n int) (sum int) {
			for range n {
				dones := make([]chan struct{}, size)
				cases := make([]reflect.SelectCase, size)
				release := make(chan struct{})
				for i := range dones {
					dones[i] = make(chan struct{})
					cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(dones[i])}
				}
				for _, i := range ends {
					go func() { <-release; close(dones[i]) }()
				}
				close(release)
				for len(cases) > 0 {
					i, _, _ := reflect.Select(cases)
					cases[i] = cases[len(cases)-1]
					cases = cases[:len(cases)-1]
					sum++
				}
			}
			return sum
		}})
	}
	return row
}

func first(size int) Row {
	return Row{
		Name: fmt.Sprintf("W5 first of %d, once", size), Unit: "wait",
		Impls: []Impl{
			{Name: "reflect.Select", Do: func(n int) (sum int) {
				for i := range n {
					dones := make([]chan struct{}, size)
					cases := make([]reflect.SelectCase, size)
					for i := range dones {
						dones[i] = make(chan struct{})
						cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(dones[i])}
					}
					last := i % size
					go close(dones[last])
					reflect.Select(cases)
					sum++
				}
				return sum
			}},
			{Name: "asyncgo", Do: func(n int) (sum int) {
				for i := range n {
					fs := make([]*taskgroup.Future[int], size)
					for i := range fs {
						fs[i] = taskgroup.NewFuture[int]()
					}
					last := i % size
					go fs[last].Resolve(1)
					done, _, _ := taskgroup.Wait(background, taskgroup.FirstCompleted, fs...)
					sum += len(done)
				}
				return sum
			}},
		},
		Goals: []Goal{{"asyncgo", "reflect.Select", 0.5}},
	}
}
