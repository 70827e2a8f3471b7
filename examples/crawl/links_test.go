package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLinks(t *testing.T) {
	for _, test := range []struct {
		name, page string
		want       []string
	}{
		{"plain", `<a href="/x">x</a>`, []string{"/x"}},
		{"in order, twice as well", `<a href=b></a><a href=a></a><a href=b></a>`, []string{"b", "a", "b"}},
		{"single quotes", `<a href='/x y'>`, []string{"/x y"}},
		{"no quotes", `<a href=/x/y>`, []string{"/x/y"}},
		{"upper case", `<A HREF="/x">`, []string{"/x"}},
		{"space and lines everywhere", "<a\n\tclass = big\n href\t=\n\"/x\" >", []string{"/x"}},
		{"after other attributes", `<a id=1 title="a > b" href="/x" download>`, []string{"/x"}},
		{"attribute without a value", `<a hidden href="/x">`, []string{"/x"}},
		{"self-closing", `<area href="/x"/>`, []string{"/x"}},
		{"the first of two", `<a href="/x" href="/y">`, []string{"/x"}},
		{"entities", `<a href="/?a=1&amp;b=2">`, []string{"/?a=1&b=2"}},
		{"space around", `<a href=" /x ">`, []string{"/x"}},
		{"empty", `<a href="">`, []string{""}},
		{"no href", `<a name="here">`, nil},
		{"data-href is not href", `<a data-href="/x">`, nil},
		{"abbr is not a", `<abbr href="/x">`, nil},
		{"frames", `<iframe src="/x"></iframe><frame src="/y">`, []string{"/x", "/y"}},
		{"images and styles are no pages", `<img src="/x"><link href="/y">`, nil},
		{"comment", `<!-- <a href="/x"> --><a href="/y">`, []string{"/y"}},
		{"open comment", `<!-- <a href="/x">`, nil},
		{"doctype", `<!DOCTYPE html><a href="/x">`, []string{"/x"}},
		{"script", `<script>"<a href='/x'>" + "</b>"</script><a href="/y">`, []string{"/y"}},
		{"script in upper case", `<SCRIPT><a href="/x"></Script><a href="/y">`, []string{"/y"}},
		{"title", `<title><a href="/x"></title>`, nil},
		{"open script", `<script><a href="/x">`, nil},
		{"less than", `1 < 2 <a href="/x"> 3 <`, []string{"/x"}},
		{"end tag", `</a href="/x">`, nil},
		{"cut off", `<a href="/x`, []string{"/x"}},
		{"cut off before the value", `<a href=`, []string{""}},
		{"stray equals sign", `<a ="/y" href="/x">`, []string{"/x"}},
		{"nothing", ``, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			targets, base := links(test.page)
			assert.Equal(t, test.want, targets)
			assert.Empty(t, base)
		})
	}
}

func TestLinksFindsTheBase(t *testing.T) {
	targets, base := links(`<base href="/deep/"><base href="/late/"><a href="x">`)
	assert.Equal(t, []string{"x"}, targets)
	assert.Equal(t, "/deep/", base)
}

// For any page, links returns: every step removes something from it.
func FuzzLinks(f *testing.F) {
	f.Add(`<a href="/x">x</a><!-- --><script></script><base href=/>`)
	f.Add(`<a ===><a "'"><</<//>`)
	f.Fuzz(func(_ *testing.T, page string) { links(page) })
}
