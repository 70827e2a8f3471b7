package distributed

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

const (
	maxName      = 100
	maxNamespace = 32
	maxKey       = 1 << 10
)

// checkName panics unless name may be the name of a kind of object.
func checkName(kind, name string) {
	ok := name != "" && len(name) <= maxName && name[0] != '.' && name[len(name)-1] != '.' && !strings.Contains(name, "..")
	if !ok || strings.ContainsFunc(name, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune("-_.", r) }) {
		panic(misused("%s %q: a name has 1 to %d letters, digits, '-', '_' and single inner '.'", kind, name, maxName))
	}
}

func checkNamespace(name string) {
	if name == "" || len(name) > maxNamespace || strings.ContainsFunc(name, func(r rune) bool { return !isAlphanumeric(r) && r != '-' }) {
		panic(misused("Namespace %q: 1 to %d letters, digits and '-'", name, maxNamespace))
	}
}

func checkKey(object, key string) {
	if len(key) > maxKey || strings.ContainsAny(key, "\r\n") {
		panic(misused("%s: a key has at most %d bytes and no line breaks", object, maxKey))
	}
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// token makes one token of a subject out of a name: the dot separates tokens.
func token(name string) string { return strings.ReplaceAll(name, ".", "=") }

// newID returns a name that no other client has.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// digest is a name for parts of any length and content.
func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part)))
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}
