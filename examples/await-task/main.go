// Await-task waits for a task in such a way that giving up the wait cancels the
// task.
//
// It mirrors a plain await of an asyncio.Task; main.py is the original.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/asyncgo/taskgroup"
)

func upload(ctx context.Context) (string, error) {
	if err := taskgroup.Sleep(ctx, time.Hour); err != nil {
		time.Sleep(10 * time.Millisecond) // ctx stays done, so Sleep would not wait
		fmt.Println("upload removed")
		return "", err
	}
	return "uploaded", nil
}

func main() {
	ctx := context.Background()
	uploading := taskgroup.Start(ctx, upload)

	// WaitOrCancel is what await does. Wait gives up only the waiting, like await
	// of a shield: the task goes on.
	answer, err := taskgroup.WaitFor(ctx, 50*time.Millisecond, uploading.WaitOrCancel)
	switch {
	case err == nil:
		fmt.Println(answer)
	case errors.Is(err, taskgroup.ErrTimeout):
		fmt.Println("no more time")
	default:
		log.Fatal(err)
	}
	if uploading.Cancelled() {
		fmt.Println("upload was canceled")
	}
}
