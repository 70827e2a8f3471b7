package sample

import "testing"

func TestLarger(t *testing.T) {
	if Larger(1, 2) != 2 || Larger(2, 1) != 2 || Larger(2, 2) != 2 {
		t.Fail()
	}
}

func TestSum(t *testing.T) {
	if Sum(3) != 6 {
		t.Fail()
	}
}

func TestFits(t *testing.T) {
	if !Fits("ab", 2) || Fits("abc", 2) || Fits("", 2) {
		t.Fail()
	}
}

func TestClear(t *testing.T) {
	a, b := map[int]int{1: 1}, map[int]int{1: 1}
	Clear(a, b)
	if len(a) > 0 {
		t.Fail()
	}
}
