package distributed_test

import (
	"bytes"
	"encoding/gob"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/distributed"
)

// gobCodec keeps what JSON does not: bytes that are no text.
type gobCodec struct{}

func (gobCodec) Name() string { return "gob" }

func (gobCodec) Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

func (gobCodec) Unmarshal(data []byte, v any) error {
	return gob.NewDecoder(bytes.NewReader(data)).Decode(v)
}

func TestAnotherCodec(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ns := newNamespace()
		a := s.client(t, distributed.Config{Namespace: ns, Codec: gobCodec{}})
		b := s.client(t, distributed.Config{Namespace: ns, Codec: gobCodec{}})
		const value = "\x00\xff\r\n no text"
		ctx := within(t, time.Minute)
		put(t, openQueue(t, a, distributed.QueueConfig[string]{}), value)
		it := get(t, openQueue(t, b, distributed.QueueConfig[string]{}))
		assert.Equal(t, value, it.Value)
		require.NoError(t, it.Done())
		serve(t, b, 1, distributed.Handle("double", double))
		n, err := distributed.Func[int, int](a, "double")(ctx, 21)
		require.NoError(t, err)
		assert.Equal(t, 42, n)
		require.NoError(t, openVariable(t, a).Set(ctx, n))
		n, err = openVariable(t, b).Get(ctx)
		require.NoError(t, err)
		assert.Equal(t, 42, n)
	})
}
