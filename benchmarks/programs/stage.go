package programs

import "fmt"

// stages mix the bits of an item, the same in all variants.
var stages = [4]func(uint64) uint64{
	func(v uint64) uint64 { return v*0x9e3779b97f4a7c15 + 1 },
	func(v uint64) uint64 { return v ^ v>>29 },
	func(v uint64) uint64 { return v * 0xbf58476d1ce4e5b9 },
	func(v uint64) uint64 { return v ^ v>>32 },
}

// sink is the end of the last stage. Its sum depends on the order.
type sink struct {
	count int
	sum   uint64
}

func (s *sink) add(v uint64) {
	s.count++
	s.sum = s.sum*31 + stages[3](v)
}

// check compares the sum with that of a loop without stages.
func (s *sink) check(size int) error {
	var want sink
	for i := range size {
		want.add(stages[2](stages[1](stages[0](uint64(i)))))
	}
	if *s != want {
		return fmt.Errorf("%d items with the sum %x, not %d with %x", s.count, s.sum, want.count, want.sum)
	}
	return nil
}
