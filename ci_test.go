package asyncgo_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tag can be moved, a commit cannot. The comment is the tag that the commit had.
func TestActionsArePinned(t *testing.T) {
	uses := regexp.MustCompile(`(?m)uses: (.*)$`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, file := range workflows(t) {
		for _, m := range uses.FindAllStringSubmatch(read(t, file), -1) {
			assert.Regexp(t, pinned, m[1], file)
		}
	}
}

// Dependabot looks only into the folders that it is given.
func TestDependabotKnowsEveryModule(t *testing.T) {
	var want []string
	walk(t, func(path string) {
		if filepath.Base(path) == "go.mod" && !strings.Contains(path, "testdata") {
			folder, _ := strings.CutPrefix(filepath.ToSlash(filepath.Dir(path)), ".")
			want = append(want, "/"+folder)
		}
	})
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^      - (/.*)$`).FindAllStringSubmatch(read(t, ".github/dependabot.yml"), -1) {
		got = append(got, m[1])
	}
	assert.ElementsMatch(t, want, got)
}

// .ci/run -list names each gate there is, and what names a gate names one that is
// there.
func TestGatesAreListed(t *testing.T) {
	script := read(t, ".ci/run")
	gates := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^gate_(\w+)\(\)`).FindAllStringSubmatch(script, -1) {
		gates[m[1]] = true
	}
	require.NotEmpty(t, gates)

	_, list, _ := strings.Cut(script, "<<'END'\n")
	list, _, _ = strings.Cut(list, "\nEND\n")
	var listed, run []string
	for _, m := range regexp.MustCompile(`(?m)^(\w+)  `).FindAllStringSubmatch(list, -1) {
		listed = append(listed, m[1])
	}
	for _, m := range regexp.MustCompile(`(?m)^(?:all|others)=\((.*)\)$`).FindAllStringSubmatch(script, -1) {
		run = append(run, strings.Fields(m[1])...)
	}
	assert.Equal(t, run, listed)
	assert.Len(t, gates, len(run))
	for _, name := range run {
		assert.Truef(t, gates[name], "there is no gate %s", name)
	}

	named := regexp.MustCompile(`bash \.ci/run((?: [a-z0-9]+)+)`)
	for _, file := range append(workflows(t), prose(t)...) {
		for _, m := range named.FindAllStringSubmatch(read(t, file), -1) {
			for name := range strings.FieldsSeq(m[1]) {
				assert.Truef(t, gates[name], "%s: there is no gate %s", file, name)
			}
		}
	}
}

func workflows(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(".github/workflows/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}
