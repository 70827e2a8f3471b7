// Package copies copies what must not be copied; go vet has to notice.
package copies

import (
	"context"

	"example.com/asyncgo/taskgroup"
)

func copies() {
	group := taskgroup.New(context.Background())
	groupCopy := *group
	task := taskgroup.Go(group, func(context.Context) (int, error) { return 1, nil })
	taskCopy := *task
	future := taskgroup.NewFuture[int]()
	futureCopy := *future
	set := taskgroup.NewSet(task)
	setCopy := *set
	_ = taskgroup.Timeout(context.Background(), 1, func(_ context.Context, deadline *taskgroup.Deadline) error {
		deadlineCopy := *deadline
		_ = &deadlineCopy
		return nil
	})
	shared := new(taskgroup.Shared[int, int])
	sharedCopy := *shared
	_ = &sharedCopy
	_, _, _, _ = &groupCopy, &taskCopy, &futureCopy, &setCopy
}
