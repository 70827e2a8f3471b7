// Package keys has what tables share whose keys are the user's, and which
// forget what is no longer in use.
package keys

import (
	"errors"
	"fmt"
	"iter"
	"maps"
)

// Check returns nil if key can be the key of a map and is found there again.
// It is called before anything is locked: a map would panic, or keep what can
// neither be found nor deleted.
func Check[K comparable](key K) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &unhashable{fmt.Sprintf("%T", key), v}
		}
	}()
	same := key
	if same != key {
		return errNotItself
	}
	return nil
}

var errNotItself = errors.New("key that is not equal to itself")

type unhashable struct {
	keyType string
	cause   any
}

func (e *unhashable) Error() string {
	return "key of type " + e.keyType + ", which cannot be hashed"
}

// Unwrap returns the runtime's error.
func (e *unhashable) Unwrap() error {
	err, _ := e.cause.(error)
	return err
}

// Table is a map that releases memory as entries are deleted, which a Go map
// does not. The zero Table is empty and ready to use.
type Table[K comparable, V any] struct {
	entries map[K]V
	peak    int // entries at most since the map was made
}

// Get returns the value of key, and whether there is one.
func (t *Table[K, V]) Get(key K) (V, bool) {
	v, ok := t.entries[key]
	return v, ok
}

// Set sets the value of key.
func (t *Table[K, V]) Set(key K, v V) {
	if t.entries == nil {
		t.entries = make(map[K]V)
	}
	t.entries[key] = v
	t.peak = max(t.peak, len(t.entries))
}

// Delete deletes the value of key, if there is one.
func (t *Table[K, V]) Delete(key K) {
	delete(t.entries, key)
	if t.peak > 64 && len(t.entries) < t.peak/4 {
		t.peak = len(t.entries)
		smaller := make(map[K]V, t.peak)
		maps.Copy(smaller, t.entries)
		t.entries = smaller
	}
}

// All returns the entries, in no order.
func (t *Table[K, V]) All() iter.Seq2[K, V] { return maps.All(t.entries) }

// Len returns the number of entries.
func (t *Table[K, V]) Len() int { return len(t.entries) }
