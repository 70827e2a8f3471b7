package inspect_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/inspect"
)

func metrics(t *testing.T, s *inspect.Snapshot) string {
	t.Helper()
	var b strings.Builder
	assert.NoError(t, s.WriteMetrics(&b))
	return b.String()
}

func TestMetrics(t *testing.T) { assertGolden(t, "crawl.metrics", metrics(t, crawl())) }

// A parser takes every line, and no series occurs twice.
func TestMetricsAreWellFormed(t *testing.T) {
	evil := "a\\b\"c\nd\xff{}é\r"
	s := crawl()
	s.Totals = append(s.Totals, nil, &inspect.Total{Kind: inspect.KindGroup, Name: evil}, &inspect.Total{Kind: inspect.Kind(evil)})
	s.Resources = append(s.Resources, nil, &inspect.Resource{Kind: "lock", Name: evil, Stats: []inspect.Stat{{Name: evil, Value: -1}}})
	text := metrics(t, s)
	line := regexp.MustCompile(`^(# HELP [a-z_]+ [^\\\n]+|# TYPE [a-z_]+ (counter|gauge)|([a-z_]+\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\}) -?[0-9.e+-]+)$`)
	seen := map[string]bool{}
	for l := range strings.Lines(text) {
		match := line.FindStringSubmatch(strings.TrimSuffix(l, "\n"))
		if assert.NotNil(t, match, "%q", l) && match[3] != "" {
			assert.False(t, seen[match[3]], l)
			seen[match[3]] = true
		}
	}
	assert.Contains(t, text, `asyncgo_open{kind="group",name="a\\b\"c\nd`+"\uFFFD{}é\r\"} 0\n")
	assert.True(t, strings.HasSuffix(text, "\n"))
}

func TestMetricsDoNotDependOnTheOrder(t *testing.T) {
	s := crawl()
	want := metrics(t, s)
	s.Totals[0], s.Totals[2] = s.Totals[2], s.Totals[0]
	s.Resources[0], s.Resources[2] = s.Resources[2], s.Resources[0]
	assert.Equal(t, want, metrics(t, s))
	assert.Equal(t, "inner", s.Totals[0].Name, "the snapshot has not changed")
}

func TestResourcesOfOneNameAreAddedUp(t *testing.T) {
	sem := func(name string, limit, held int) *inspect.Resource {
		return &inspect.Resource{Kind: "semaphore", Name: name, Stats: []inspect.Stat{{Name: "limit", Value: limit}, {Name: "held", Value: held}}}
	}
	s := &inspect.Snapshot{
		Resources: []*inspect.Resource{sem("db", 2, 1), sem("", 1, 1), sem("db", 3, 2), sem("", 4, 0), sem("\xff", 1, 0), sem("\xfe", 1, 0)},
		Totals: []*inspect.Total{
			{Kind: inspect.KindTask, Opened: 1, Open: 1, Begun: 1, Ended: 1, Failed: 1, Cancelled: 1, Panicked: 1, Busy: 1500 * ms},
			{Kind: inspect.KindTask, Opened: 1, Open: 1, Begun: 2, Ended: 3, Failed: 4, Cancelled: 5, Panicked: 6, Busy: ms},
		},
	}
	text := metrics(t, s)
	for _, line := range []string{
		`asyncgo_resource{kind="semaphore",name="db",stat="limit"} 5`,
		`asyncgo_resource{kind="semaphore",name="db",stat="held"} 3`,
		`asyncgo_resource{kind="semaphore",name="",stat="limit"} 5`,
		`asyncgo_resource{kind="semaphore",name="�",stat="limit"} 2`,
		`asyncgo_tasks_begun_total{kind="task",name=""} 3`,
		`asyncgo_tasks_ended_total{kind="task",name=""} 4`,
		`asyncgo_tasks_failed_total{kind="task",name=""} 5`,
		`asyncgo_tasks_cancelled_total{kind="task",name=""} 6`,
		`asyncgo_tasks_panicked_total{kind="task",name=""} 7`,
		`asyncgo_busy_seconds_total{kind="task",name=""} 1.501`,
		`asyncgo_open{kind="task",name=""} 2`,
	} {
		assert.Equal(t, 1, strings.Count(text, line+"\n"), line)
	}
}

func TestMetricsOfNothing(t *testing.T) {
	var none *inspect.Snapshot
	text := metrics(t, none)
	assert.Equal(t, text, metrics(t, new(inspect.Snapshot)))
	assert.Equal(t, 8, strings.Count(text, "# HELP "))
	assert.Equal(t, 8, strings.Count(text, "# TYPE "))
	assert.Equal(t, 16, strings.Count(text, "\n"))
}

func TestMetricsReturnTheErrorOfTheWriter(t *testing.T) {
	for _, room := range []fullAfter{0, 10, 1000} {
		assert.ErrorIs(t, crawl().WriteMetrics(&room), errFull)
	}
}
