package uncancellable

import (
	"context"
	"testing"
	"time"

	"example.com/asyncgo/taskgroup"
)

func TestOnPurpose(t *testing.T) {
	if _, err := taskgroup.WaitFor(t.Context(), time.Second, func(context.Context) (int, error) {
		time.Sleep(time.Minute)
		return 0, nil
	}); err == nil {
		t.Error("no error")
	}
}
