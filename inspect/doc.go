// Package inspect shows what the tasks of a program do: which groups, calls and
// tasks run, under which, since when, what each waits for and what it holds.
//
//	m := inspect.New()
//	inspect.SetDefault(m)
//	...
//	fmt.Print(m.Snapshot())
//
// prints a tree, as python -m asyncio pstree does:
//
//	group "crawl"  500ms  3 running, 0 ended  joining
//	├── worker-0 main.work.func1  500ms  waiting at semaphore "db" for 500ms
//	├── worker-1 main.work.func1  500ms  running, holds semaphore "db" for 500ms
//	└── refresh main.refresh  500ms  waiting at sleep, 500ms left
//	semaphore "db"  limit 1  held 1  free 0  waiting 1
//
// # What a monitor sees
//
// A [Monitor] sees the groups, calls and tasks of package taskgroup that begin
// after [New], under a context of [Monitor.Context] or, for the one that is set
// with [SetDefault], under any context that has no other. Of several in one
// context the innermost counts. Semaphores, locks and queues are shown by name:
// give them one with their Named methods.
//
// Blocking that the module does not know, in a channel, a system call or a
// mutex, shows as running: [Monitor.SnapshotStacks] tells.
//
// # What it costs
//
// While no monitor is open, the other packages look at one word, and allocate
// nothing for it. While one is, each task, function and wait is noted, whether
// or not anything is looked at; benchmarks/RESULTS.md has what that costs.
// [WithTimeline], [WithLabels], [WithRegions] and [WithTracer] cost more, each
// by itself.
//
// # What follows from it
//
// [Monitor.Check] and [Monitor.Watch] find what waits, runs or holds for too
// long, and deadlocks. [Monitor.Timeline] has what has ended, as a picture or as
// a trace for Perfetto. Package inspecthttp serves all of it as a page.
//
// A monitor only observes: no result, order, error or cancellation changes with
// it. It starts no goroutine, and works in a testing/synctest bubble, where all
// ages are exact. What runs in a bubble must be looked at from that bubble, as
// long as it runs: from elsewhere, the standard library ends the process when a
// context is asked that is done.
package inspect
