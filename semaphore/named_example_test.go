package semaphore_test

import (
	"fmt"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/semaphore"
)

func ExampleSemaphore_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m) // whose snapshots have everything with a name

	db := semaphore.New(5).Named("ledger-db")
	db.TryAcquire()
	for _, r := range m.Snapshot().Resources {
		if r.Name == "ledger-db" && r.Stat("held") > 0 {
			fmt.Println(r.Kind, "held:", r.Stat("held"), "free:", r.Stat("free"))
		}
	}
	db.Release()
	// Output: semaphore held: 1 free: 4
}

func ExampleKeyed_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	hosts := semaphore.NewKeyed[string](2).Named("mirror-hosts")
	hosts.TryAcquire("go.dev")
	for _, r := range m.Snapshot().Resources {
		if r.Name == "mirror-hosts" && r.Stat("keys") > 0 {
			fmt.Println(r.Kind, "keys:", r.Stat("keys"))
		}
	}
	hosts.Release("go.dev")
	// Output: keyed keys: 1
}

func ExampleLock_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	var cache semaphore.Lock
	cache.Named("page-cache")
	cache.TryLock()
	for _, r := range m.Snapshot().Resources {
		if r.Name == "page-cache" && r.Stat("held") > 0 {
			fmt.Println(r.Kind, "held:", r.Stat("held"))
		}
	}
	cache.Unlock()
	// Output: lock held: 1
}

func ExampleRWLock_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	var table semaphore.RWLock
	table.Named("seat-table")
	table.TryRLock()
	for _, r := range m.Snapshot().Resources {
		if r.Name == "seat-table" && r.Stat("readers") > 0 {
			fmt.Println(r.Kind, "readers:", r.Stat("readers"), "writer:", r.Stat("writer"))
		}
	}
	table.RUnlock()
	// Output: rwlock readers: 1 writer: 0
}

func ExampleEvent_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	var ready semaphore.Event
	ready.Named("oven-ready").Set()
	for _, r := range m.Snapshot().Resources {
		if r.Name == "oven-ready" && r.Stat("set") > 0 {
			fmt.Println(r.Kind, "set:", r.Stat("set"), ready.IsSet())
		}
	}
	ready.Clear()
	// Output: event set: 1 true
}

func ExampleCond_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	var l semaphore.Lock
	changed := semaphore.NewCond(&l).Named("menu-changed")
	for _, r := range m.Snapshot().Resources {
		if r.Name == "menu-changed" {
			fmt.Println(r.Kind, "waiting:", r.Stat("waiting"), changed.Waiting())
			break
		}
	}
	// Output: cond waiting: 0 0
}

func ExampleBarrier_Named() {
	m := inspect.New()
	defer m.Close()
	inspect.SetDefault(m)

	phase := semaphore.NewBarrier(3).Named("night-phase")
	for _, r := range m.Snapshot().Resources {
		if r.Name == "night-phase" {
			fmt.Println(r.Kind, "parties:", r.Stat("parties"), phase.Parties())
			break
		}
	}
	// Output: barrier parties: 3 3
}
