package asyncvet_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/asyncgo/vet/asyncvet"
)

// Each analyzer has a folder of its name in testdata: what it must report is
// marked there, everything else is what it must not.
func TestAnalyzers(t *testing.T) {
	for _, a := range asyncvet.Analyzers() {
		t.Run(a.Name, func(t *testing.T) {
			if a == asyncvet.FromAsyncio {
				analysistest.Run(t, analysistest.TestData(), a, "./off")
				if err := a.Flags.Set("enable", "true"); err != nil {
					t.Fatal(err)
				}
			}
			analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), a, "./"+a.Name+"/...")
		})
	}
}
