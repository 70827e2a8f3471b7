package otelinspect

import "strings"

// valid returns s as UTF-8, which exporters require: one name that is not UTF-8
// makes the protocol lose all that is sent with it.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
