// Package misuse makes the values that the library panics with when it is
// called wrongly: errors that say what was wrong and that [errors.Is] can
// match.
package misuse

// Error is a panic value: Text is printed, Kinds are for [errors.Is].
type Error struct {
	Text  string
	Kinds []error
}

// New returns an error with the given text, in which [errors.Is] finds each of
// kinds.
func New(text string, kinds ...error) *Error { return &Error{Text: text, Kinds: kinds} }

func (e *Error) Error() string { return e.Text }

// Unwrap makes [errors.Is] find every kind.
func (e *Error) Unwrap() []error { return e.Kinds }
