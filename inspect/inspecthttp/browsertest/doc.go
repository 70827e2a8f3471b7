// Package browsertest tests the page of inspecthttp in Chromium, if there is
// one. It is a module of its own because of what drives the browser.
package browsertest
