//go:build race

package taskgroup_test

// raceEnabled says that the race detector is on, which allocates on its own.
const raceEnabled = true
