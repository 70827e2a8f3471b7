package testkit

// Raised returns what f panics with; nil if it returns.
func Raised(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// Leave runs f in a goroutine and returns how that ended. If f has neither
// returned nor panicked, it called [runtime.Goexit].
func Leave(f func() error) (returned bool, panicked any, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		err = f()
		returned = true
	}()
	<-done
	return returned, panicked, err
}
