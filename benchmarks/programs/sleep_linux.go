package programs

import (
	"syscall"
	"time"
)

// sleep is more exact than time.Sleep, which rounds up to a millisecond where
// no goroutine runs.
func sleep(d time.Duration) {
	rest := syscall.NsecToTimespec(d.Nanoseconds())
	for syscall.Nanosleep(&rest, &rest) == syscall.EINTR {
		continue
	}
}
