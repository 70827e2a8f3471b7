package programs

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// crawler reads pages and knows which have been found. It is the same for all
// variants of W9.
type crawler struct {
	client *http.Client
	site   string
	pages  int

	mu    sync.Mutex // guards what follows
	found []bool
	read  int
	sum   uint64
}

func newCrawler(site string, pages, limit int) *crawler {
	c := &crawler{
		client: &http.Client{
			Transport: &http.Transport{MaxIdleConns: limit, MaxIdleConnsPerHost: limit, DisableCompression: true},
			Timeout:   time.Minute,
		},
		site: site, pages: pages, found: make([]bool, pages),
	}
	c.found[0] = true
	return c
}

// visit reads a page and returns the pages that it is the first to link to.
func (c *crawler) visit(ctx context.Context, page int) ([]int, error) {
	body, err := c.get(ctx, page)
	if err != nil {
		return nil, err
	}
	prefix := fmt.Appendf(nil, "href=\"/%d/", c.pages)
	sum := uint64(crc32.ChecksumIEEE(body))
	var fresh []int
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		_, rest, ok := bytes.Cut(body, prefix)
		if !ok {
			break
		}
		number, rest, _ := bytes.Cut(rest, []byte{'"'})
		link, err := strconv.Atoi(string(number))
		if err != nil || link < 0 || link >= c.pages {
			return nil, fmt.Errorf("page %d links to %q", page, number)
		}
		if !c.found[link] {
			c.found[link] = true
			fresh = append(fresh, link)
		}
		body = rest
	}
	c.read++
	c.sum += sum
	return fresh, nil
}

func (c *crawler) get(ctx context.Context, page int) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d/%d", c.site, c.pages, page), http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("page %d: %s", page, answer.Status)
	}
	return body, err
}
