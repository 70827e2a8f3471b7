package taskgroup

import (
	"cmp"
	"errors"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

// failures is what goes wrong in one group or one call, as it comes. Its owner
// guards it with a lock of its own.
type failures struct {
	errs  []*TaskError // in order of time
	panic *PanicError  // the first one that has to be raised again
	cause error        // why the work was ended from outside
}

// add notes the failure of one task. A panic among them that is to be raised
// again must also be noted with raise.
func (f *failures) add(index int, name string, err error) {
	f.errs = append(f.errs, &TaskError{Index: index, Name: name, Err: err})
}

// raise notes that pe has to be raised again in whoever joins.
func (f *failures) raise(pe *PanicError) {
	if f.panic == nil {
		f.panic = pe
	}
}

// has reports that err leads, by single Unwraps, to an error that has been noted,
// to a failure of a group with nothing but such in it, or to a join of such and
// of noise. One whose Unwrap panics, as that of a typed nil does, is new. It runs
// the methods of errors, so no lock is held.
func (f *failures) has(err error, noise func(error) bool) bool {
	defer func() { _ = recover() }()
	for ; err != nil; err = errors.Unwrap(err) {
		if slices.ContainsFunc(f.errs, func(te *TaskError) bool { return ctxerr.Same(te.Err, err) }) {
			return true
		}
		switch e := err.(type) {
		case *PanicError:
			return false
		case *GroupError:
			isNew := func(te *TaskError) bool { return !f.has(te, noise) }
			return len(e.Errors) > 0 && !slices.ContainsFunc(e.Errors, isNew)
		case interface{ Unwrap() []error }:
			isNew := func(err error) bool { return !noise(err) && !f.has(err, noise) }
			parts := e.Unwrap()
			return len(parts) > 0 && !slices.ContainsFunc(parts, isNew)
		}
	}
	return false
}

// result is the error of the whole: the first failure in time, then the rest
// in order of submission, the main function last. It is nil if nothing failed
// and nothing ended the work from outside.
func (f *failures) result() *GroupError {
	if f.cause == nil && len(f.errs) == 0 {
		return nil
	}
	errs := slices.Clone(f.errs)
	if len(errs) > 1 {
		slices.SortStableFunc(errs[1:], func(a, b *TaskError) int { return cmp.Compare(uint(a.Index), uint(b.Index)) })
	}
	return &GroupError{Cause: f.cause, Errors: errs}
}

// join ends the joining call: it panics if a task did, with the other failures
// under it, and otherwise returns the result as an error.
func (f *failures) join() error {
	if f.panic != nil {
		panic(f.panicWith(f.cause))
	}
	return f.err()
}

// err is result as an error.
func (f *failures) err() error {
	if result := f.result(); result != nil {
		return result
	}
	return nil
}

// panicWith is the panic that has to be raised, with every other failure, in
// the order of result, and the given cause under it.
func (f *failures) panicWith(cause error) *PanicError {
	others := &GroupError{Cause: cause}
	if all := f.result(); all != nil {
		others.Errors = slices.DeleteFunc(all.Errors, func(te *TaskError) bool { return te.Err == error(f.panic) })
	}
	return f.panic.joined(others)
}
