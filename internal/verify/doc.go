// Package verify holds what proves asyncgo, and what users need not download:
// linearizability, exhaustive models, faults and load, and the peers' traps.
package verify
