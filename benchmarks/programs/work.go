package programs

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// block is what digest hashes. SHA-256 is in C in Python, too, so that the work
// takes a similar time there.
var block [16 << 10]byte

// digest is a few microseconds of computation for part of a request or job.
func digest(number, part int) uint64 {
	h := sha256.New()
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(number))
	binary.BigEndian.PutUint64(head[8:], uint64(part))
	h.Write(head[:])
	h.Write(block[:])
	var sum [sha256.Size]byte
	return binary.BigEndian.Uint64(h.Sum(sum[:0]))
}

// mix returns a number that looks random and is the same in all variants.
func mix(number, part int) uint64 {
	x := uint64(number)*0x9e3779b97f4a7c15 + uint64(part) + 1
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// pause waits for d, or until ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
