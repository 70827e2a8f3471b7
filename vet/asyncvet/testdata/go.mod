module test

go 1.26.0

require (
	example.com/asyncgo v0.0.0
	golang.org/x/sync v0.0.0
)

replace (
	example.com/asyncgo => ./stubs/asyncgo
	golang.org/x/sync => ./stubs/sync
)
