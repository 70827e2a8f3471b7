package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var quiet = progress{out: io.Discard}

const faultyIndex = `<!DOCTYPE html><title>Faults</title>
<a href="good">good</a> <a href="/good#part">again</a> <a href="//site.test:80/good">and again</a>
<a href="deep/">deep</a> <a href="plain">not HTML</a>
<a href="missing">404</a> <a href="broken">500</a> <a href="cut">ends too soon</a>
<a href="endless">endless</a> <a href="hanging">hanging</a>
<a href="loop/a">a circle of two</a> <a href="loop/b">from its other end</a> <a href="self">a circle of one</a>
<a href="moved">to a good page</a> <a href="away">to another site</a> <a href="nowhere">to a bad URL</a>
<a href="http://site.test:81/">a port that refuses</a>
<a href="http://[bad">bad</a> <a href="http://[bad">the same bad one</a> <a href="/%zz">another</a>
<a href="http://site.test:99999/">no such port</a>
<a href="http://elsewhere.test/">another site</a> <a href="mailto:a@site.test">mail</a> <a href="javascript:void(0)">code</a>
<!-- <a href="commented-out">not a link</a> -->`

func faultySite() http.Handler {
	page := func(html string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, html)
		}
	}
	redirect := func(to string) http.Handler { return http.RedirectHandler(to, http.StatusFound) }
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", page(faultyIndex))
	mux.HandleFunc("/good", page(`<a href="/">back</a>`))
	mux.HandleFunc("/deep/", page(`<base href="/deep/er/"><a href="est">deepest</a>`))
	mux.HandleFunc("/deep/er/est", page(`<a href="../../good">good</a>`))
	mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, `<a href="/from-plain">not a link</a>`)
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "much less")
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/hanging", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.Handle("/loop/a", redirect("/loop/b"))
	mux.Handle("/loop/b", redirect("/loop/a"))
	mux.Handle("/self", redirect("/self"))
	mux.Handle("/moved", redirect("/good"))
	mux.Handle("/away", redirect("http://elsewhere.test/"))
	mux.HandleFunc("/nowhere", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[bad")
		w.WriteHeader(http.StatusFound)
	})
	return mux
}

// Each fault is counted and named, none is fatal, and each page is read once.
func TestCrawlCountsEveryFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := serve(t, faultySite())
		c := site.crawler(3, 1000)
		require.NoError(t, c.crawl(t.Context(), at(t, "http://site.test"), quiet))

		got := map[fault]int{}
		for f, e := range c.tally.faults {
			got[f] = e.n
		}
		assert.Equal(t, map[fault]int{
			"404 Not Found":             1,
			"500 Internal Server Error": 1,
			errAway:                     1,
			errBadURL:                   4, // http://[bad, /%zz, port 99999, nowhere
			errLoop:                     2,
			errNetwork:                  1,
			errRefused:                  1,
			errTimeout:                  1,
			errTooLarge:                 1,
		}, got)
		assert.Equal(t, 5, c.tally.pages, "/, good, deep/, deep/er/est, plain")
		assert.Equal(t, examples{1, "http://site.test/plain"}, c.tally.notHTML)
		assert.Equal(t, 5, c.tally.redirects, "away, loop/a, loop/b, moved, self")

		asked, _ := site.counts()
		for path, times := range asked {
			assert.Equal(t, 1, times, path)
		}
		assert.Len(t, asked, 16)

		assert.Equal(t, 5*time.Second, c.tally.wall, "of which all but the hanging page took none")
		assert.Equal(t, 5*time.Second, c.tally.slowest)
		assert.Equal(t, "http://site.test/hanging", c.tally.slowestAt.String())
	})
}

// tree is a site of slow pages without an end, each with two more below it.
func tree(delay time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		here := strings.TrimSuffix(r.URL.Path, "/")
		fmt.Fprintf(w, `<html><a href="%s/l">left</a><a href="%s/r">right</a>`, here, here)
	})
}

func TestCrawlReadsAFewPagesAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := serve(t, tree(time.Second))
		c := site.crawler(4, 63)
		require.NoError(t, c.crawl(t.Context(), at(t, "http://site.test/"), quiet))

		assert.Equal(t, 63, c.tally.pages)
		assert.Equal(t, 64, c.tally.leftOut, "two below each of the lowest 32")
		_, top := site.counts()
		assert.Equal(t, 4, top)
		assert.Equal(t, 63*time.Second, c.tally.busy)
		// 1, 2, then always 4 pages at a time: 60 of them in 15 seconds.
		assert.Equal(t, 17*time.Second, c.tally.wall)
	})
}

func TestCrawlStopsWithWhatItHasSoFar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := serve(t, tree(time.Second))
		c := site.crawler(4, 1000)
		stop := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5500*time.Millisecond, func() { cancel(stop) })
		require.ErrorIs(t, c.crawl(ctx, at(t, "http://site.test/"), quiet), stop)

		assert.Equal(t, 1+2+3*4, c.tally.pages)
		assert.Empty(t, c.tally.faults, "a page that was being read is not at fault")
		assert.Equal(t, 5500*time.Millisecond, c.tally.wall)
		assert.Equal(t, 2*15+1-15, c.unfinished(), "known, less those read: what was being read is not")

		var summary strings.Builder
		c.tally.summarize(&summary)
		assert.Contains(t, summary.String(), "pages      15\n")
	})
}

// The site is where the first page leads.
func TestCrawlFollowsTheFirstPageToItsSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux := http.NewServeMux()
		mux.Handle("old.test/", http.RedirectHandler("http://site.test/new", http.StatusMovedPermanently))
		mux.HandleFunc("site.test/", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<html><a href="/next">next</a>`)
		})
		site := serve(t, mux)
		site.transport = rewrite{site.transport}
		c := site.crawler(2, 1000)
		require.NoError(t, c.crawl(t.Context(), at(t, "http://old.test/"), quiet))
		assert.Equal(t, 2, c.tally.pages)
		assert.Empty(t, c.tally.faults)
	})
}

// rewrite sends every request to the one server there is.
type rewrite struct{ http.RoundTripper }

func (rt rewrite) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	r.URL.Host = "site.test"
	return rt.RoundTripper.RoundTrip(r)
}

func TestCrawlOfAnUnknownHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serve(t, http.NotFoundHandler()).crawler(2, 1000)
		require.NoError(t, c.crawl(t.Context(), at(t, "http://elsewhere.test/"), quiet))
		assert.Equal(t, map[fault]*examples{errUnknownHost: {1, "http://elsewhere.test/"}}, c.tally.faults)
	})
}

// shrinking returns one width after the other.
func shrinking(widths ...int) func() int {
	return func() int {
		width := widths[0]
		widths = widths[1:]
		return width
	}
}

func TestProgress(t *testing.T) {
	for _, test := range []struct {
		name  string
		width func() int
		delay time.Duration // of each page: one, two and two more of them
		want  string
	}{
		{"in lines of its own", nil, 1500 * time.Millisecond, "" +
			"1 pages, 0.0 MB, 0 errors; 2 to go, reading 2\n" +
			"3 pages, 0.0 MB, 0 errors; 2 to go, reading 2\n"},
		{"in one line of a terminal", func() int { return 80 }, 130 * time.Millisecond, "" +
			"\r\x1b[K0 pages, 0.0 MB, 0 errors; 1 to go, reading 1" +
			"\r\x1b[K1 pages, 0.0 MB, 0 errors; 2 to go, reading 2" +
			"\r\x1b[K3 pages, 0.0 MB, 0 errors; 2 to go, reading 2" +
			"\r\x1b[K"},
		{"in a terminal that is made narrow", shrinking(46, 44, 1), 130 * time.Millisecond, "" +
			"\r\x1b[K0 pages, 0.0 MB, 0 errors; 1 to go, reading 1" +
			"\r\x1b[K1 pages, 0.0 MB, 0 errors; 2 to go, reading" +
			"\r\x1b[K" +
			"\r\x1b[K"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				c := serve(t, tree(test.delay)).crawler(2, 5)
				require.NoError(t, c.crawl(t.Context(), at(t, "http://site.test/"), progress{&out, test.width}))
				assert.Equal(t, test.want, out.String())
			})
		})
	}
}
