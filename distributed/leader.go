package distributed

import (
	"context"
	"encoding/json"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// stored is a message as the leader of its stream has it.
type stored struct {
	seq    uint64
	data   []byte
	header nats.Header
}

// isMarker reports that the message says that a key has been removed.
func (m *stored) isMarker() bool {
	return m.header.Get("KV-Operation") != "" || m.header.Get("Nats-Marker-Reason") != ""
}

// selection is which message of a stream is read.
type selection struct {
	Seq           uint64 `json:"seq,omitempty"`
	NextBySubject string `json:"next_by_subj,omitempty"`
	LastBySubject string `json:"last_by_subj,omitempty"`
}

// fromLeader reads a message from the leader of its stream, and returns nil if
// there is none. Other copies may lag behind: what decides that something is
// gone must not come from them.
func (c *Client) fromLeader(ctx context.Context, stream string, which selection) (*stored, error) {
	request, err := json.Marshal(which)
	if err != nil {
		return nil, err
	}
	reply, err := c.conn.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, request)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Message *struct {
			Seq  uint64 `json:"seq"`
			Data []byte `json:"data"`
			Hdrs []byte `json:"hdrs"`
		} `json:"message"`
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.Error != nil && answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return nil, nil //nolint:nilnil // there is none
	case answer.Error != nil:
		return nil, answer.Error
	case answer.Message == nil:
		return nil, nats.ErrBadRequest
	}
	m := &stored{seq: answer.Message.Seq, data: answer.Message.Data}
	if len(answer.Message.Hdrs) > 0 {
		if m.header, err = nats.DecodeHeadersMsg(answer.Message.Hdrs); err != nil {
			return nil, err
		}
	}
	return m, nil
}
