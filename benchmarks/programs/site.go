package programs

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const filler = 1024 // bytes of a page besides its links

// Site serves any number of pages: /5000/17 is page 17 of 5,000. Each page
// links to at most four others, and from page 0 all are reached.
func Site() http.Handler {
	text := strings.Repeat("lorem ipsum dolor sit amet. ", filler/28+1)[:filler]
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{pages}/{page}", func(w http.ResponseWriter, r *http.Request) {
		pages, err := strconv.Atoi(r.PathValue("pages"))
		page, err2 := strconv.Atoi(r.PathValue("page"))
		if err != nil || err2 != nil || page < 0 || page >= pages {
			http.NotFound(w, r)
			return
		}
		body := make([]byte, 0, filler+512)
		body = fmt.Appendf(body, "<title>page %d</title>\n", page)
		for _, link := range links(pages, page) {
			body = fmt.Appendf(body, "<a href=\"/%d/%d\">next</a>\n", pages, link)
		}
		body = append(body, text...)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client sees that its answer is too short
	})
	return mux
}

// links are the children of a page in a binary tree, and two pages that are
// found more than once.
func links(pages, page int) []int {
	var all []int
	for _, link := range []int{2*page + 1, 2*page + 2} {
		if link < pages {
			all = append(all, link)
		}
	}
	return append(all, (31*page+7)%pages, (17*page+3)%pages)
}
