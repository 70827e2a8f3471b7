package distributed_test

func child(string) {}
