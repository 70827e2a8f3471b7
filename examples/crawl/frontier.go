package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// A frontier decides which pages are read: those of the site, each of them once,
// and no more than max.
type frontier struct {
	host string // set before there is more than one page
	max  int    // at most so many pages are read

	mu        sync.Mutex
	known     map[string]bool
	admitted  int
	redirects map[string]string
}

// within reports whether the page is on the site.
func (f *frontier) within(u *url.URL) bool { return u.Hostname() == f.host }

// first reports whether target was not known before.
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

// count returns how many pages room has counted.
func (f *frontier) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.admitted
}

// loops records a redirect and reports whether it closes a loop. A page
// redirects to one other page, so following the targets is enough.
func (f *frontier) loops(from, to *url.URL) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.redirects == nil {
		f.redirects = map[string]string{}
	}
	f.redirects[from.String()] = to.String()
	next := to.String()
	for range f.redirects { // a loop without this page was closed earlier
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
	if err == nil && start != nil {
		return start, nil
	}
	if meant := "http://" + arg; !strings.Contains(arg, "://") && isURL(meant) {
		return nil, fmt.Errorf("%q is no http or https URL; did you mean %s?", arg, meant)
	}
	if err == nil {
		err = fmt.Errorf("%q is no http or https URL", arg)
	}
	return nil, err
}

// isURL reports whether s names a web page. In a mailto: behind http://, what
// stands before the @ is the name of a user.
func isURL(s string) bool {
	u, err := resolve(&url.URL{}, s)
	return err == nil && u.User == nil
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
	// Package url accepts any number.
	if _, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && err != nil {
		return nil, fmt.Errorf("%q names no port from 0 to 65535", target)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
