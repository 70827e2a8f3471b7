package distributed_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

func copiesOf(t *testing.T, raw *nats.Conn, stream string) int {
	t.Helper()
	m, err := raw.Request("$JS.API.STREAM.INFO."+stream, nil, 10*time.Second)
	require.NoError(t, err)
	var info struct {
		Config struct {
			Copies int `json:"num_replicas"`
		} `json:"config"`
	}
	require.NoError(t, json.Unmarshal(m.Data, &info))
	return info.Config.Copies
}

// What a client makes has three copies in a cluster, one on a single server, or
// as many as it says.
func TestCopies(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		copies := func(cfg distributed.Config) (all []int) {
			ns := newNamespace()
			cfg.Namespace = ns
			c := s.client(t, cfg)
			openQueue(t, c, distributed.QueueConfig[string]{})
			openSemaphore(t, c, 1)
			openVariable(t, c)
			_, err := distributed.Func[int, int](c, "f")(within(t, 3*time.Second), 1)
			require.Error(t, err)
			raw := s.raw(t)
			for _, stream := range []string{"_q_jobs", "_d_jobs", "_calls"} {
				all = append(all, copiesOf(t, raw, ns+stream))
			}
			for _, bucket := range []string{"sessions", "semaphores", "variables", "results", "meta"} {
				all = append(all, copiesOf(t, raw, "KV_"+ns+"_"+bucket))
			}
			return all
		}
		want := 1
		if s == three {
			want = 3
		}
		for _, n := range copies(distributed.Config{}) {
			assert.Equal(t, want, n)
		}
		for _, n := range copies(distributed.Config{Replicas: 1}) {
			assert.Equal(t, 1, n)
		}
	})
}
