// Package copies copies what must not be copied; go vet has to notice.
package copies

import "example.com/asyncgo/queue"

func copies() {
	var zero queue.Queue[int]
	zeroCopy := zero
	made := queue.New[int](1)
	madeCopy := *made
	_, _ = &zeroCopy, &madeCopy
}
