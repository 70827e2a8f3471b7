//go:build !linux

package programs

import "time"

func sleep(d time.Duration) { time.Sleep(d) }
