// Package benchmarks measures asyncgo beside its peers and beside the limits of
// the machine. It is a module of its own, so that the peers are no dependencies
// of asyncgo.
//
//	go test -run '^$' -bench . -count 10 ./... > new.txt; benchstat -col /impl new.txt
//	go run ./cmd/compare           # operations, beside those of the peers
//	go run ./cmd/compare -monitor  # what a monitor costs in them
//	go run ./cmd/before COMMIT     # operations, beside those of another commit
//	go run ./cmd/programs          # whole programs, beside those of the peers
//	go run ./cmd/scale             # costs against the number of tasks
//	go run ./cmd/soak              # memory against time
//	go run ./cmd/size              # what a package adds to a binary and a build
//
// With -write RESULTS.md, each command replaces its own section of that file,
// and the plots beside it.
package benchmarks
