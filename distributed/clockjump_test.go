//go:build clockjump

package distributed_test

import "time"

// time.Jump is not in the standard library: TestAClockThatJumps adds it.
func init() { jumpClock = time.Jump }
