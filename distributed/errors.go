package distributed

import (
	"fmt"
	"strings"

	"example.com/asyncgo/internal/misuse"
	"example.com/asyncgo/queue"
	"example.com/asyncgo/semaphore"
)

// The conditions that a caller may distinguish, by [errors.Is].
var (
	// ErrFull means that there is no room in a queue, or that other holders
	// have the permits of a semaphore. It is also [queue.ErrFull].
	ErrFull error = &condition{text: "full", also: queue.ErrFull}
	// ErrShutdown means that the queue accepts nothing more, or that nothing
	// more comes out of it. It is also [queue.ErrShutdown].
	ErrShutdown error = &condition{text: "shut down", also: queue.ErrShutdown}
	// ErrClosed means that the client has been closed.
	ErrClosed error = &condition{text: "client closed"}
	// ErrLeaseLost means that an item, a permit or a running call may have been
	// given to another process.
	ErrLeaseLost error = &condition{text: "lease lost"}
	// ErrMismatch means that a namespace, queue or semaphore exists with other
	// settings.
	ErrMismatch error = &condition{text: "exists with other settings"}
	// ErrTooLarge means that a payload exceeds what the server accepts, or that
	// a semaphore has fewer permits. It is also [semaphore.ErrTooLarge].
	ErrTooLarge error = &condition{text: "too large", code: "distributed.too-large", also: semaphore.ErrTooLarge}
	// ErrUnconfirmed means that the servers may have done it, or not.
	ErrUnconfirmed error = &condition{text: "outcome unknown"}
	// ErrCodec means that a value cannot be encoded or decoded.
	ErrCodec error = &condition{text: "cannot be encoded or decoded", code: "distributed.codec"}
	// ErrAttempts means that a call or an item has been handed out as often as
	// it may be, without an end.
	ErrAttempts error = &condition{text: "attempts used up", code: "distributed.attempts"}
	// ErrMisuse is the panic value of a wrong call.
	ErrMisuse error = &condition{text: "misuse"}
)

const prefix = "distributed: "

// condition is a sentinel error: perhaps the same as one of the core, and with
// a code if it is to be found again in a [RemoteError].
type condition struct {
	text string
	code string
	also error
}

func (e *condition) Error() string { return prefix + e.text }
func (e *condition) Unwrap() error { return e.also }

// Code is what identifies the condition in a [RemoteError].
func (e *condition) Code() string { return e.code }

// opError names the operation and its object in front of what went wrong.
type opError struct {
	op  string
	err error
}

func failed(op string, err error) error { return &opError{op, err} }

func (e *opError) Error() string { return prefix + e.op + ": " + bare(e.err) }
func (e *opError) Unwrap() error { return e.err }

// bare is the text of err without the name of this package.
func bare(err error) string { return strings.TrimPrefix(err.Error(), prefix) }

// unconfirmed is ErrUnconfirmed with the trouble that led to it.
func unconfirmed(err error) error {
	if err == nil {
		return ErrUnconfirmed
	}
	return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
}

// misused makes the panic value of a wrong call.
func misused(format string, args ...any) error {
	return misuse.New(prefix+fmt.Sprintf(format, args...), ErrMisuse)
}
