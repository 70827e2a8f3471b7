package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

var link = regexp.MustCompile(`href="([^"#]+)`)

// fetch reads a page and returns the addresses on the same host that it links
// to.
func fetch(ctx context.Context, address string) (p page, links []string) {
	p.URL = address
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		p.Error = err.Error()
		return p, nil
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.Error = err.Error()
		return p, nil
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		p.Error = response.Status
		return p, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		p.Error = err.Error()
		return p, nil
	}
	p.Bytes = len(body)
	seen := map[string]bool{}
	for _, match := range link.FindAllSubmatch(body, -1) {
		to, err := response.Request.URL.Parse(string(match[1]))
		if err != nil || to.Host != response.Request.URL.Host {
			continue
		}
		clean := url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}
		if !seen[clean.String()] {
			seen[clean.String()] = true
			links = append(links, clean.String())
		}
	}
	p.Links = len(links)
	return p, links
}
