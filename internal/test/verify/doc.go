// Package verify holds what proves asyncgo, and what users need not download:
// linearizability, exhaustive models, the growth of costs, faults and load,
// mutants, and the peers' traps.
package verify
