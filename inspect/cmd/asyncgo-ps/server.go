package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/asyncgo/inspect/internal/report"
)

// server is a page of inspecthttp.
type server struct {
	page   url.URL
	client http.Client
}

// timeout is how long an answer may take: stacks of many goroutines take
// seconds.
const timeout = 30 * time.Second

// newServer returns the page at address, which may lack its http://.
func newServer(address string) (server, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	page, err := url.Parse(address)
	if err != nil {
		return server{}, err
	}
	if page.Host == "" || page.Scheme != "http" && page.Scheme != "https" {
		return server{}, fmt.Errorf("%q is no address of a page", address)
	}
	return server{page: *page, client: http.Client{Timeout: timeout}}, nil
}

// mediaTypes are those of the formats.
var mediaTypes = map[string]string{"text": "text/plain", "json": "application/json", "findings": "application/json"}

// get returns the page in that format.
func (s server) get(ctx context.Context, format string, stacks bool) ([]byte, error) {
	at := s.page
	query := at.Query() // what the page itself needs stays
	query.Set("format", format)
	query.Del("stacks")
	if stacks {
		query.Set("stacks", "1")
	}
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.Redacted(), err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", at.Redacted(), response.Status, strings.TrimSpace(printable(string(body[:min(len(body), 1000)]))))
	}
	if is, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); is != mediaTypes[format] {
		return nil, fmt.Errorf("%s: this is no page of inspecthttp: its %s is %q", at.Redacted(), format, is)
	}
	return body, nil
}

func (s server) findings(ctx context.Context) (report.Report, error) {
	body, err := s.get(ctx, "findings", false)
	if err != nil {
		return report.Report{}, err
	}
	var r report.Report
	if err := json.Unmarshal(body, &r); err != nil {
		return report.Report{}, fmt.Errorf("the findings of %s: %w", s.page.Redacted(), err)
	}
	return r, nil
}
