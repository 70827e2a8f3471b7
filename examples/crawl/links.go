package main

import (
	"html"
	"strings"
)

// links returns what the page refers to, as written in the HTML: the targets of
// its links and frames, and its base, "" if it names none. It reads tags as a
// browser does: what comments, scripts and texts contain is no link.
func links(page string) (targets []string, base string) {
	for {
		start := strings.IndexByte(page, '<')
		if start < 0 {
			return targets, base
		}
		page = page[start+1:]
		if rest, ok := strings.CutPrefix(page, "!--"); ok {
			_, page, _ = strings.Cut(rest, "-->")
			continue
		}
		var name string
		name, page = tagName(page)
		if name == "" {
			continue
		}
		var attrs map[string]string
		attrs, page = attributes(page)
		switch name {
		case "a", "area":
			targets = appendTarget(targets, attrs, "href")
		case "iframe", "frame":
			targets = appendTarget(targets, attrs, "src")
		case "base":
			if base == "" {
				base = strings.TrimSpace(attrs["href"])
			}
		case "script", "style", "textarea", "title":
			page = afterRawText(page, name)
		}
	}
}

func appendTarget(targets []string, attrs map[string]string, name string) []string {
	if target, ok := attrs[name]; ok {
		targets = append(targets, strings.TrimSpace(target))
	}
	return targets
}

// tagName reads the name of a start tag, in lower case, and returns the rest.
// The name is empty if this is something else: an end tag, "a < b".
func tagName(s string) (name, rest string) {
	if s == "" || !isLetter(s[0]) {
		return "", s
	}
	end := strings.IndexAny(s, space+"/>")
	if end < 0 {
		end = len(s)
	}
	return strings.ToLower(s[:end]), s[end:]
}

// attributes reads up to the end of the tag and returns the rest. Of two
// attributes of one name the first counts.
func attributes(s string) (attrs map[string]string, rest string) {
	for {
		s = strings.TrimLeft(s, space+"/")
		if s == "" {
			return attrs, ""
		}
		if s[0] == '>' {
			return attrs, s[1:]
		}
		// A "=" may begin a name, so the search starts behind it.
		end := len(s)
		if i := strings.IndexAny(s[1:], space+"/>="); i >= 0 {
			end = 1 + i
		}
		name := strings.ToLower(s[:end])
		s = strings.TrimLeft(s[end:], space)
		var value string
		if strings.HasPrefix(s, "=") {
			value, s = attributeValue(strings.TrimLeft(s[1:], space))
		}
		if _, ok := attrs[name]; !ok {
			if attrs == nil {
				attrs = map[string]string{}
			}
			attrs[name] = html.UnescapeString(value)
		}
	}
}

func attributeValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		value, rest, _ = strings.Cut(s[1:], s[:1])
		return value, rest
	}
	end := strings.IndexAny(s, space+">")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// afterRawText skips the text of an element in which a "<" begins no tag.
func afterRawText(s, name string) string {
	for {
		i := strings.Index(s, "</")
		if i < 0 {
			return ""
		}
		s = s[i+2:]
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			return s
		}
	}
}

const space = " \t\n\r\f"

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
