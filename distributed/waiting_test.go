package distributed_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// The order in which goroutines begin to wait is not known by the clock: on a
// busy machine one that was started later may overtake. The tests of orders look
// at what waits instead.

// startWaiting calls fn in a goroutine, and returns when that waits in a select
// statement of one of the functions, or below it.
func startWaiting(t *testing.T, fn func(), functions ...string) {
	t.Helper()
	started := make(chan []byte)
	go func() {
		stack := make([]byte, 64)
		started <- stack[:runtime.Stack(stack, false)]
		fn()
	}()
	goroutine, _, _ := bytes.Cut(<-started, []byte(" [")) // "goroutine 42"
	require.Eventually(t, func() bool {
		for stack := range strings.SplitSeq(stacks(), "\n\n") {
			if !strings.HasPrefix(stack, string(goroutine)+" [select") {
				continue
			}
			for _, function := range functions {
				if strings.Contains(stack, function) {
					return true
				}
			}
		}
		return false
	}, time.Minute, 5*time.Millisecond)
}

// stacks are those of all goroutines.
func stacks() string {
	for n := 1 << 20; ; n *= 2 {
		stack := make([]byte, n)
		if got := runtime.Stack(stack, true); got < n {
			return string(stack[:got])
		}
	}
}

// placesOf returns the names of the places in the line of the semaphore db.
func placesOf(raw *nats.Conn, ns string) (ids []string) {
	m, err := raw.Request("$JS.API.STREAM.MSG.GET.KV_"+ns+"_semaphores", []byte(`{"last_by_subj":"$KV.`+ns+`_semaphores.db"}`), 10*time.Second)
	if err != nil {
		return nil
	}
	var stored struct {
		Message struct {
			Data []byte `json:"data"`
		} `json:"message"`
	}
	var line struct {
		Places []struct {
			ID string `json:"i"`
		} `json:"l"`
	}
	if json.Unmarshal(m.Data, &stored) != nil || json.Unmarshal(stored.Message.Data, &line) != nil {
		return nil
	}
	for _, place := range line.Places {
		ids = append(ids, place.ID)
	}
	return ids
}

// awaitPlaces waits until n places are in the line.
func awaitPlaces(t *testing.T, raw *nats.Conn, ns string, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(placesOf(raw, ns)) == n }, time.Minute, 5*time.Millisecond)
}
