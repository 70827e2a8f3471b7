// Package benchmarks measures asyncgo beside its peers and beside the limits of
// the machine. It is a module of its own, so that the peers are no dependencies
// of asyncgo.
//
//	go test -run '^$' -bench . -count 10 ./... > new.txt; benchstat -col /impl new.txt
//	go run ./cmd/compare
//	go run ./cmd/before COMMIT
//
// Command compare writes RESULTS.md. Command before compares the working tree
// with another commit of asyncgo.
package benchmarks
