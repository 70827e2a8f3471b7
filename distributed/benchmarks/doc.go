// Package benchmarks measures package distributed beside the raw client of its
// engine, which does the same acknowledged work, beside asynq on its in-memory
// server, and beside River on a PostgreSQL server that it starts. Where that is
// not installed, the benchmark is skipped.
//
//	go test -bench . ./...                                 items, calls, hand-over
//	ASYNCGO_GROWTH=1 go test -v -run Growth -timeout 60m   many items, waiters, processes
package benchmarks
