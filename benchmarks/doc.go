// Package benchmarks measures asyncgo beside its peers and beside the limits of
// the machine. It is a module of its own, so that the peers are no dependencies
// of asyncgo.
//
//	go test -run '^$' -bench . -count 10 ./... > new.txt; benchstat -col /impl new.txt
//	go run ./cmd/compare           # operations
//	go run ./cmd/compare -monitor  # what a monitor costs in them
//	go run ./cmd/scale             # costs against the number of tasks
//	go run ./cmd/before COMMIT     # the working tree beside another commit
//
// With -write RESULTS.md, each command replaces its own section of that file.
package benchmarks
