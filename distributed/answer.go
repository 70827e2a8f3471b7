package distributed

import (
	"bytes"
	"encoding/json"
	"errors"
)

// answer is the result of a call: on the wire a line of JSON, then the value.
type answer struct {
	Seq   uint64       `json:"q"` // of the call in its stream
	Err   *RemoteError `json:"e,omitempty"`
	value []byte
}

func (a *answer) pack() ([]byte, error) {
	line, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return append(append(line, '\n'), a.value...), nil
}

func unpack(data []byte) (*answer, error) {
	line, value, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return nil, errors.New("not an answer")
	}
	a := &answer{value: value}
	if err := json.Unmarshal(line, a); err != nil {
		return nil, err
	}
	return a, nil
}

// result decodes an answer in the goroutine of the caller.
func result[Out any](c *Client, op string, a *answer) (out Out, err error) {
	if a.Err != nil {
		return out, a.Err
	}
	if err := c.decode(a.value, &out); err != nil {
		return *new(Out), failed(op+": result", err)
	}
	return out, nil
}
