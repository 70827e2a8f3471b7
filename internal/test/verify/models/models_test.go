// Package models_test runs spin, which searches every interleaving of the models
// in this folder. The first comment of a model names the files that it mirrors.
package models_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../../.."

var (
	mirrors  = regexp.MustCompile(`^/\* Mirrors:((?:\s+(?:\* )?[\w/]+\.go)+)\n \*\n`)
	goFile   = regexp.MustCompile(`[\w/]+\.go`)
	mutant   = regexp.MustCompile(`-DMUTANT=(\d+)`)
	noErrors = regexp.MustCompile(`errors: 0\b`)
	anError  = regexp.MustCompile(`errors: [1-9]`)
	cut      = regexp.MustCompile(`max search depth too small|out of memory|aborted`)
)

// The model as it stands must hold in every interleaving, and each of its
// mutants, typical mistakes listed at its top, must be refuted: a model that
// could not fail would show nothing.
func TestModels(t *testing.T) {
	for _, tool := range []string{"spin", "cc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	for name, text := range models(t) {
		t.Run(strings.TrimSuffix(name, ".pml"), func(t *testing.T) {
			model, err := filepath.Abs(name)
			require.NoError(t, err)
			mutants := mutant.FindAllStringSubmatch(text, -1)
			require.NotEmpty(t, mutants, "the model lists no mutants")

			out := search(t, model, "0", "-O2")
			require.Regexp(t, noErrors, out)
			require.NotRegexp(t, cut, out)
			t.Log(regexp.MustCompile(`\d+ states, stored`).FindString(out))
			for _, m := range mutants {
				out := search(t, model, m[1], "-O0") // it ends early, so compiling is most of it
				assert.Regexp(t, anError, out, "mutant %s was not refuted", m[1])
			}
		})
	}
}

// A model without the code that it mirrors would go on to prove what is no longer
// there.
func TestModelsNameTheirCode(t *testing.T) {
	for name, text := range models(t) {
		head := mirrors.FindStringSubmatch(text)
		if assert.NotNilf(t, head, "%s does not begin with the files that it mirrors", name) {
			for _, file := range goFile.FindAllString(head[1], -1) {
				assert.FileExistsf(t, filepath.Join(root, file), "mirrored by %s", name)
			}
		}
	}
}

// models returns the text of each model here, by the name of its file.
func models(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.pml")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	texts := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		texts[name] = string(text)
	}
	return texts
}

// search generates a checker of the model with spin, and runs it.
func search(t *testing.T, model, mutant, optimize string) string {
	t.Helper()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"spin", "-a", "-DMUTANT=" + mutant, model},
		{"cc", optimize, "-DSAFETY", "-DVECTORSZ=4096", "-o", "pan", "pan.c"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", args, out)
	}
	cmd := exec.Command(filepath.Join(dir, "pan"), "-m1000000")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
