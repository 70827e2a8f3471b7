package distributed

import (
	"encoding/json"
	"fmt"
)

// Codec turns values into bytes and back. All clients of a namespace have the
// same one, known by its name. Its methods are called in the goroutine of the
// caller, without locks, and from several goroutines at once. A panic in one is
// [ErrCodec].
type Codec interface {
	Name() string
	Marshal(v any) ([]byte, error)
	Unmarshal(data []byte, v any) error
}

// jsonCodec is the default.
type jsonCodec struct{}

func (jsonCodec) Name() string                       { return "json" }
func (jsonCodec) Marshal(v any) ([]byte, error)      { return json.Marshal(v) }
func (jsonCodec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// headroom is the part of the server's payload limit that is left to headers.
const headroom = 8 << 10

// encode returns ErrCodec for what cannot be encoded, and ErrTooLarge for what
// the server would refuse.
func (c *Client) encode(v any) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, fmt.Errorf("%w: panic: %v", ErrCodec, p)
		}
	}()
	data, err = c.cfg.Codec.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCodec, err)
	}
	if limit := c.conn.MaxPayload() - headroom; int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are accepted", ErrTooLarge, len(data), limit)
	}
	return data, nil
}

func (c *Client) decode(data []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrCodec, p)
		}
	}()
	if err := c.cfg.Codec.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %w", ErrCodec, err)
	}
	return nil
}
