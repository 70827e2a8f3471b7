// Package models_test has spin search the models that stand beside the code
// they mirror, NAME.pml beside NAME.go, through every interleaving.
package models_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

var (
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
	var models []string
	require.NoError(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".pml" {
			models = append(models, path)
		}
		return err
	}))
	require.NotEmpty(t, models)
	for _, model := range models {
		t.Run(strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(model, root+string(filepath.Separator))), ".pml"), func(t *testing.T) {
			assert.FileExists(t, strings.TrimSuffix(model, ".pml")+".go", "the code that the model mirrors")
			text, err := os.ReadFile(model)
			require.NoError(t, err)
			mutants := mutant.FindAllStringSubmatch(string(text), -1)
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

// search has spin make a checker of the model and runs it.
func search(t *testing.T, model, mutant, optimize string) string {
	t.Helper()
	model, err := filepath.Abs(model)
	require.NoError(t, err)
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
