package main

import "os"

// An address needs no network to be looked up.
func Example() {
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"lookup", "127.0.0.1", "::1"}
	main()
	// Output:
	// 127.0.0.1 [127.0.0.1]
	// ::1 [::1]
}
