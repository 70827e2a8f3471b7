// Package benchmarks measures asyncgo beside its peers and beside the limits of
// the machine. It is a module of its own, so that nobody who uses asyncgo
// downloads the peers.
//
//	go test -run '^$' -bench . -count 10 ./... > new.txt; benchstat -col /impl new.txt
//	go run ./cmd/compare
package benchmarks
