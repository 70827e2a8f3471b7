package main

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"example.com/asyncgo/taskgroup"
)

// maxSize is where a page is taken to be endless.
const maxSize = 16 << 20

// A fault is a kind of failure of a page, as the summary names it.
type fault string

func (f fault) Error() string { return string(f) }

const (
	errBadURL      fault = "bad URL"
	errTooLarge    fault = "too large (over 16 MiB)"
	errLoop        fault = "redirect loop"
	errAway        fault = "redirect off the site"
	errTimeout     fault = "timeout"
	errRefused     fault = "connection refused"
	errUnknownHost fault = "unknown host"
	errNetwork     fault = "network error"
)

// kind sorts an error of fetch.
func kind(err error) fault {
	if errors.Is(err, taskgroup.ErrTimeout) {
		return errTimeout
	}
	if f, ok := errors.AsType[fault](err); ok {
		return f
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errUnknownHost
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return errRefused
	}
	return errNetwork
}

// A document is what a server answers: a page or a redirect.
type document struct {
	size     int64
	isHTML   bool
	html     string // empty if it is something else
	redirect *url.URL
}

// fetch reads the whole answer, because the body must not be used after the
// context of the request has ended.
func fetch(ctx context.Context, transport http.RoundTripper, from *url.URL) (document, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return document{}, errBadURL
	}
	req.Header.Set("User-Agent", "asyncgo-crawl")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return document{}, err
	}
	defer resp.Body.Close()

	if resp.StatusCode/100 == 3 && resp.Header.Get("Location") != "" {
		to, err := resp.Location()
		if err != nil {
			return document{}, errBadURL
		}
		return document{redirect: to}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return document{}, fault(strings.TrimSpace(resp.Status))
	}

	doc := document{isHTML: isHTML(resp.Header)}
	var text strings.Builder
	body := io.LimitReader(resp.Body, maxSize+1)
	if doc.isHTML {
		doc.size, err = io.Copy(&text, body)
	} else {
		doc.size, err = io.Copy(io.Discard, body)
	}
	if err == nil && doc.size > maxSize {
		err = errTooLarge
	}
	doc.html = text.String()
	return doc, err
}

func isHTML(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (media == "text/html" || media == "application/xhtml+xml")
}

// newTransport returns one that keeps a connection for each reader. It is used
// without a client around it, which would follow redirects by itself.
func newTransport(connections int) http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	return transport
}
