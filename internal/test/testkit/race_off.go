//go:build !race

package testkit

// Race says that the race detector is on. It allocates on its own, and is slow.
const Race = false
