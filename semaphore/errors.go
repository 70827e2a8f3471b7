package semaphore

import (
	"errors"

	"example.com/asyncgo/internal/misuse"
)

// What the world can cause.
var (
	// ErrClosed is returned for permits asked of a [Semaphore] that has been closed.
	ErrClosed = errors.New("semaphore: closed")

	// ErrTooLarge is returned for more permits than a bounded [Semaphore] has in all.
	ErrTooLarge = errors.New("semaphore: more permits than the semaphore has")

	// ErrBroken is returned to those who wait at a [Barrier] that is aborted or reset, and
	// to everyone who comes to one that is broken. It mirrors asyncio.BrokenBarrierError.
	ErrBroken = errors.New("semaphore: barrier broken")
)

// What the panics of a wrongly used value are made of: each is an error for which
// [errors.Is] finds ErrMisuse and, where there is one, the special error.
var (
	// ErrMisuse is wrapped by every panic of this package.
	ErrMisuse = errors.New("semaphore: misuse")

	// ErrOverRelease is wrapped by the panic for more permits released than are held. It
	// mirrors the ValueError of asyncio.BoundedSemaphore.release.
	ErrOverRelease = errors.New("semaphore: released more than held")

	// ErrNotLocked is wrapped by the panic for a [Lock] that should have been locked. It
	// mirrors the RuntimeError of asyncio.Lock.release.
	ErrNotLocked = errors.New("semaphore: lock is not locked")
)

// misused returns the value to panic with: text after the package's name, which [errors.Is]
// finds to be ErrMisuse and each of special.
func misused(text string, special ...error) error {
	return misuse.New("semaphore: "+text, append(special, ErrMisuse)...)
}
