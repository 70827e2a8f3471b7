// Package helper has a function that releases.
package helper

import "example.com/asyncgo/semaphore"

func Done(s *semaphore.Semaphore) { // want Done:`releases`
	s.Release()
}
