package benchmarks_test

import (
	"strings"
	"testing"

	"example.com/asyncgo/benchmarks/workload"
)

// BenchmarkRows runs every implementation of every row, named so that
// benchstat -col /impl prints them side by side.
func BenchmarkRows(b *testing.B) {
	for _, row := range workload.Rows() {
		b.Run(strings.ReplaceAll(row.Name, " ", "_"), func(b *testing.B) {
			for _, impl := range row.Impls {
				b.Run("impl="+impl.Name, func(b *testing.B) {
					one, _ := impl.Run(1)
					if one < 1 {
						b.Fatalf("checksum of one: %d", one)
					}
					b.ReportAllocs()
					b.ResetTimer()
					sum, took := impl.Run(b.N)
					if sum != one*b.N {
						b.Fatalf("checksum %d, not %d", sum, one*b.N)
					}
					b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/op")
				})
			}
		})
	}
}
