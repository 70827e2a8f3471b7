package distributed_test

import "runtime"

func runtimeGoexit() { runtime.Goexit() }
