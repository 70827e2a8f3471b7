package results_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/asyncgo/benchmarks/internal/results"
)

func TestWriteKeepsTheOtherSections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	for _, step := range []map[string]string{
		{results.Scale: "## Scale\n\nold\n"},
		{results.Rows: "rows"},
		{results.Scale: "## Scale\n\nnew\n"},
	} {
		if err := results.Write(path, step); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Results\n\n<!-- section rows -->\n\nrows\n\n<!-- end rows -->\n\n<!-- section scale -->\n\n## Scale\n\nnew\n\n<!-- end scale -->\n"
	if string(text) != want {
		t.Fatalf("got\n%s\nwant\n%s", text, want)
	}
}

func TestWriteLosesNothing(t *testing.T) {
	for _, text := range []string{
		"# Results\n\nnot in a section\n",
		"# Results\n\n<!-- section rows -->\n\nwithout an end\n",
		"# Results\n\n<!-- section other -->\n\n<!-- end other -->\n",
		"# Results\n\n<!-- section rows -->\n\n<!-- end rows -->\nafter it\n",
	} {
		path := filepath.Join(t.TempDir(), "RESULTS.md")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := results.Write(path, map[string]string{results.Scale: "x"}); err == nil {
			t.Errorf("no error for %q", text)
		}
		after, err := os.ReadFile(path)
		if err != nil || string(after) != text {
			t.Errorf("%q became %q, %v", text, after, err)
		}
	}
	if err := results.Write(filepath.Join(t.TempDir(), "new.md"), map[string]string{"other": "x"}); err == nil || !strings.Contains(err.Error(), "other") {
		t.Errorf("error of an unknown section: %v", err)
	}
}

// The file in the repository is one that Write can change.
func TestTheResultsAreSections(t *testing.T) {
	text, err := os.ReadFile("../../RESULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := results.Write(path, nil); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != string(text) {
		t.Error("RESULTS.md was not written by package results")
	}
}
