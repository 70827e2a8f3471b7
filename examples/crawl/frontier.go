package main

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
)

// A frontier knows where the site ends and which of its pages are known.
type frontier struct {
	host string // set before there is more than one page
	max  int    // so many pages are read

	mu        sync.Mutex
	known     map[string]bool
	admitted  int
	redirects map[string]string
}

// within reports whether the page is on the site.
func (f *frontier) within(u *url.URL) bool { return u.Hostname() == f.host }

// first reports whether this is the first time that it hears of target.
func (f *frontier) first(target string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known[target] {
		return false
	}
	if f.known == nil {
		f.known = map[string]bool{}
	}
	f.known[target] = true
	return true
}

// room reports whether one more page may be read, and counts it.
func (f *frontier) room() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.admitted == f.max {
		return false
	}
	f.admitted++
	return true
}

// loops takes note of a redirect and reports whether it closes a circle. A
// page redirects to one other page, so it is enough to walk on from there.
func (f *frontier) loops(from, to *url.URL) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.redirects == nil {
		f.redirects = map[string]string{}
	}
	f.redirects[from.String()] = to.String()
	next := to.String()
	for range f.redirects { // a circle that does not come back here is older
		if next == from.String() {
			return true
		}
		next = f.redirects[next]
	}
	return false
}

// parseStart reads the URL of the command line.
func parseStart(arg string) (*url.URL, error) {
	start, err := resolve(&url.URL{}, arg)
	if err == nil && start == nil {
		err = fmt.Errorf("%q is no http or https URL", arg)
	}
	return start, err
}

// resolve returns where a link on the page from leads, in the one form in which
// a page is known, or nil if that is no web page (mailto:, javascript:).
func resolve(from *url.URL, target string) (*url.URL, error) {
	u, err := from.Parse(target)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, nil
	}
	u.Host = strings.ToLower(u.Host)
	if u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	} else {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%q names no host", target)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
