package asyncvet_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

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

// Every rule says what is bad and what is good, and has its rows on the page.
func TestEveryRuleIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/vet.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range asyncvet.Analyzers() {
		if a == asyncvet.Suppression {
			continue
		}
		for _, want := range []string{"Bad:", "Good:"} {
			if !strings.Contains(a.Doc, want) {
				t.Errorf("%s: no %q", a.Name, want)
			}
		}
		if !strings.Contains(string(page), "| `"+a.Name+"` |") {
			t.Errorf("%s: no row in docs/vet.md", a.Name)
		}
		if want := "#hdr-" + a.Name; !strings.HasSuffix(a.URL, want) {
			t.Errorf("%s: URL %s", a.Name, a.URL)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := analysis.Validate(asyncvet.Analyzers()); err != nil {
		t.Error(err)
	}
}

// The analyzers share what they know of a package and run at the same time.
func TestTogether(t *testing.T) {
	cfg := &packages.Config{
		Mode: packages.LoadAllSyntax,
		Dir:  analysistest.TestData(),
		Env:  append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly"),
	}
	pkgs, err := packages.Load(cfg, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze(asyncvet.Analyzers(), pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, action := range graph.Roots {
		if action.Err != nil {
			t.Error(action.Err)
		}
		found[action.Analyzer.Name] += len(action.Diagnostics)
	}
	for _, a := range asyncvet.Analyzers() {
		if found[a.Name] == 0 && a != asyncvet.FromAsyncio {
			t.Errorf("%s found nothing", a.Name)
		}
	}
}
