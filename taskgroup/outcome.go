package taskgroup

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"example.com/asyncgo/internal/ctxerr"
)

// outcome is what goes wrong in a group or in a call, as it comes, and the
// answer that is made of it. Its owner guards it with a lock.
type outcome struct {
	errs  []*TaskError // in order of time
	panic *PanicError  // the first that must be raised again
	cause error        // why the work was ended from outside
}

// add notes the failure of one task and reports whether it is the first. A
// panic that must be raised again is noted with raise, too.
func (o *outcome) add(failure *TaskError) (first bool) {
	o.errs = append(o.errs, failure)
	return len(o.errs) == 1
}

// raise notes that pe must be raised again in the joining call.
func (o *outcome) raise(pe *PanicError) {
	if o.panic == nil {
		o.panic = pe
	}
}

// endedBy notes why the work was ended from outside. The first reason stays.
func (o *outcome) endedBy(cause error) {
	if o.cause == nil {
		o.cause = cause
	}
}

// list is the failures and the cause: the first failure in time, then the rest
// in order of submission, the main function last. It is nil if there is
// neither.
func (o *outcome) list() *GroupError {
	if o.cause == nil && len(o.errs) == 0 {
		return nil
	}
	errs := slices.Clone(o.errs)
	if len(errs) > 1 {
		slices.SortStableFunc(errs[1:], func(a, b *TaskError) int { return cmp.Compare(uint(a.Index), uint(b.Index)) })
	}
	return &GroupError{Cause: o.cause, Errors: errs}
}

// err is list as an error.
func (o *outcome) err() error {
	if list := o.list(); list != nil {
		return list
	}
	return nil
}

// raised is the panic to raise, with every other failure and the cause under
// it, or nil.
func (o *outcome) raised() *PanicError {
	if o.panic == nil {
		return nil
	}
	others := &GroupError{Cause: o.cause}
	if list := o.list(); list != nil {
		others.Errors = slices.DeleteFunc(list.Errors, func(te *TaskError) bool { return te.Err == error(o.panic) })
	}
	return o.panic.joined(others)
}

// answer ends the joining call: it panics if a task did, and otherwise returns
// what went wrong.
func (o *outcome) answer() error {
	if pe := o.raised(); pe != nil {
		panic(pe)
	}
	return o.err()
}

// has reports that err leads, by single Unwraps, to an error that has been
// noted or is old, to a failure of a group with nothing but such in it, or to a
// join of such. One whose Unwrap panics, as that of a typed nil does, is new.
// It calls the methods of errors, so no lock is held.
func (o *outcome) has(err error, isOld func(error) bool) bool {
	noted := map[error]bool{}
	var lists []error // that cannot be compared
	for _, te := range o.errs {
		noted[te] = true
		if reflect.ValueOf(te.Err).Comparable() {
			noted[te.Err] = true
		} else {
			lists = append(lists, te.Err)
		}
	}
	return leads(err, func(err error) bool {
		if isOld(err) || reflect.ValueOf(err).Comparable() && noted[err] {
			return true
		}
		return slices.ContainsFunc(lists, func(list error) bool { return ctxerr.Same(list, err) })
	})
}

// leads reports that err leads to nothing but errors that are old.
func leads(err error, isOld func(error) bool) (old bool) {
	defer func() {
		if recover() != nil {
			old = false
		}
	}()
	isNew := func(err error) bool { return !leads(err, isOld) }
	for ; err != nil; err = errors.Unwrap(err) {
		if isOld(err) {
			return true
		}
		switch e := err.(type) {
		case *PanicError:
			return false
		case *GroupError:
			return len(e.Errors) > 0 && !slices.ContainsFunc(e.Errors, func(te *TaskError) bool { return isNew(te) })
		case interface{ Unwrap() []error }:
			parts := e.Unwrap()
			return len(parts) > 0 && !slices.ContainsFunc(parts, isNew)
		}
	}
	return false
}

// both is the cause of what was ended from outside twice.
func both(first, second error) error {
	switch {
	case first == nil || second == nil:
		if first == nil {
			return second
		}
		return first
	case ctxerr.Is(first, second):
		return first
	}
	return fmt.Errorf("%w; %w", first, second)
}
