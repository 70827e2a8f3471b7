package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the compiler says of each wrong line is in the guide, next to the right
// one, and the right one compiles.
func TestWhatTheCompilerSays(t *testing.T) {
	cases := []struct{ wrong, says, right string }{
		{
			`taskgroup.Start(ctx, save)`,
			`type func(ctx context.Context) error of save does not match taskgroup.Func[T]`,
			`taskgroup.Start(ctx, taskgroup.NoValue(save))`,
		},
		{
			`g.Go(count)`,
			`cannot use count (value of type func(ctx context.Context) (int, error)) as func(ctx context.Context) error value in argument to g.Go`,
			`taskgroup.Go(g, count)`,
		},
		{
			`taskgroup.Gather(ctx, plain)`,
			`type func() (int, error) of plain does not match taskgroup.Func[T]`,
			`taskgroup.Blocking(ctx, plain)`,
		},
		{
			`taskgroup.Gather(ctx, size(ctx, "a"))`,
			`multiple-value size(ctx, "a") (value of type (int, error)) in single-value context`,
			`taskgroup.Gather(ctx, func(ctx context.Context) (int, error) { return size(ctx, "a") })`,
		},
		{
			`taskgroup.Gather(ctx, fns)`,
			`type []taskgroup.Func[int] of fns does not match taskgroup.Func[T]`,
			`taskgroup.Gather(ctx, fns...)`,
		},
		{
			`taskgroup.Gather(ctx, tasks...)`,
			`type []*taskgroup.Task[int] of tasks does not match []taskgroup.Func[T]`,
			`taskgroup.GatherTasks(ctx, tasks...)`,
		},
		{
			`taskgroup.Wait(ctx, taskgroup.AllCompleted, number, text)`,
			`type *taskgroup.Task[string] of text does not match inferred type *taskgroup.Task[int] for A`,
			`taskgroup.Wait[taskgroup.Awaitable](ctx, taskgroup.AllCompleted, number, text)`,
		},
		{
			`taskgroup.MapSeq(ctx, 2, urls, size)`,
			`type []string of urls does not match iter.Seq[T]`,
			`taskgroup.MapSeq(ctx, 2, slices.Values(urls), size)`,
		},
		{
			`taskgroup.Map(ctx, 2, urls, check)`,
			`type func(ctx context.Context, url string) error of check does not match inferred type func(ctx context.Context, item string) (R, error)`,
			`taskgroup.ForEach(ctx, 2, slices.Values(urls), check)`,
		},
		{
			`taskgroup.Consume(ctx, 2, q.Items(ctx), check)`,
			`type iter.Seq[string] of q.Items(ctx) does not match func(ctx context.Context) iter.Seq[T]`,
			`taskgroup.Consume(ctx, 2, q.Items, check)`,
		},
		{
			`taskgroup.MapSource(ctx, 2, q.Items, size)`,
			`type func(ctx context.Context) iter.Seq[string] of q.Items does not match func(ctx context.Context) iter.Seq2[T, error]`,
			`taskgroup.MapSource(ctx, 2, q.All, size)`,
		},
		{
			`taskgroup.Sleep(ctx, 2.5)`,
			`cannot use 2.5 (untyped float constant) as time.Duration value in argument to taskgroup.Sleep`,
			`taskgroup.Sleep(ctx, 2500*time.Millisecond)`,
		},
	}
	var wrong, right []string
	for _, c := range cases {
		wrong, right = append(wrong, c.wrong), append(right, c.right)
	}
	says := compile(t, wrong)
	guide, err := os.ReadFile("asyncio.md")
	require.NoError(t, err)
	for i, c := range cases {
		assert.Contains(t, says[i], c.says, c.wrong)
		assert.Contains(t, string(guide), "| `"+c.says+"` | `"+c.right+"` |")
	}
	assert.Equal(t, make([]string, len(cases)), compile(t, right))
}

const compiled = `package main

import (
	"context"
	"slices"
	"time"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

var (
	ctx    = context.Background()
	g      = taskgroup.New(ctx)
	q      = queue.New[string](0)
	urls   = slices.Collect(slices.Values([]string{"a"}))
	fns    []taskgroup.Func[int]
	tasks  []*taskgroup.Task[int]
	number = taskgroup.Start(ctx, count)
	text   *taskgroup.Task[string]
	second = time.Second
)

func save(ctx context.Context) error                    { return nil }
func count(ctx context.Context) (int, error)            { return 0, nil }
func plain() (int, error)                               { return 0, nil }
func size(ctx context.Context, url string) (int, error) { return 0, nil }
func check(ctx context.Context, url string) error       { return nil }

func main() {
`

// compile returns what the compiler says of each line, and nothing of those it
// compiles.
func compile(t *testing.T, lines []string) []string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("go.mod", "module snippets.example\n\ngo 1.26\n\nrequire example.com/asyncgo v0.0.0\n\nreplace example.com/asyncgo => "+root+"\n")
	first := strings.Count(compiled, "\n") + 1
	text := compiled
	for _, line := range lines {
		text += "\t" + line + "\n"
	}
	write("main.go", text+"}\n")
	cmd := exec.Command("go", "build", "-gcflags=-e", "-o", os.DevNull, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off") // nothing is downloaded
	out, err := cmd.CombinedOutput()
	says := make([]string, len(lines))
	for line := range strings.Lines(string(out)) {
		for i := range lines {
			if strings.HasPrefix(line, "./main.go:"+strconv.Itoa(first+i)+":") {
				says[i] += line
			}
		}
	}
	assert.Equalf(t, err == nil, strings.Join(says, "") == "", "%s", out)
	return says
}
