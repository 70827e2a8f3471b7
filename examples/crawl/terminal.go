package main

import (
	"os"
	"strconv"
)

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// columns returns how wide the terminal is: what COLUMNS says, if it is set, or
// else the terminal, each time anew since its size may change.
func columns(terminal *os.File) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if n := windowColumns(terminal); n > 0 {
		return n
	}
	return 80
}
