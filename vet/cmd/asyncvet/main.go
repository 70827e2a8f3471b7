// Asyncvet finds the usual mistakes with groups of tasks: of asyncgo, errgroup
// and [sync.WaitGroup].
//
//	asyncvet ./...
//	asyncvet -fix ./...
//	go vet -vettool=$(which asyncvet) ./...
//	asyncvet help outerctx
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"

	"example.com/asyncgo/vet/asyncvet"
)

func main() { multichecker.Main(asyncvet.Analyzers()...) }
