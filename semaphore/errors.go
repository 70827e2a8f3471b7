package semaphore

import (
	"errors"

	"example.com/asyncgo/internal/misuse"
)

// Errors returned by this package.
var (
	// ErrClosed is returned by the acquisitions of a [Semaphore] that is
	// closed.
	ErrClosed = errors.New("semaphore: closed")

	// ErrTooLarge is returned for more permits than a bounded [Semaphore] has.
	ErrTooLarge = errors.New("semaphore: more permits than the semaphore has")

	// ErrBroken is returned by waits at a [Barrier] that is aborted or reset,
	// and by all calls at one that is broken. It mirrors
	// asyncio.BrokenBarrierError.
	ErrBroken = errors.New("semaphore: barrier broken")
)

// Errors that panics wrap: [errors.Is] finds ErrMisuse in the value of each
// panic of this package and, where there is one, the more specific error.
var (
	// ErrMisuse is wrapped by every panic of this package.
	ErrMisuse = errors.New("semaphore: misuse")

	// ErrOverRelease is wrapped by the panic for more permits released than are
	// held. It mirrors the ValueError of asyncio.BoundedSemaphore.release.
	ErrOverRelease = errors.New("semaphore: released more than held")

	// ErrNotLocked is wrapped by the panic for a [Lock] or an [RWLock] that
	// should have been locked. It mirrors the RuntimeError of
	// asyncio.Lock.release.
	ErrNotLocked = errors.New("semaphore: lock is not locked")
)

// misused returns the value to panic with: text after the package's name, in
// which [errors.Is] finds ErrMisuse and each of special.
func misused(text string, special ...error) error {
	return misuse.New("semaphore: "+text, append(special, ErrMisuse)...)
}
