package waitlist_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/waitlist"
)

func values(l *waitlist.List[int]) []int {
	all := []int{}
	for n := l.Front(); n != nil; n = n.Next() {
		all = append(all, n.Value)
	}
	return all
}

func TestList(t *testing.T) {
	var l waitlist.List[int]
	assert.Nil(t, l.PopFront())
	nodes := make([]waitlist.Node[int], 5)
	for i := range nodes {
		nodes[i].Value = i
		l.PushBack(&nodes[i])
	}
	assert.True(t, l.Remove(&nodes[2]), "from the middle")
	assert.True(t, l.Remove(&nodes[4]), "the last")
	assert.True(t, l.Remove(&nodes[0]), "the first")
	assert.False(t, l.Remove(&nodes[0]), "twice")
	assert.Equal(t, []int{1, 3}, values(&l))
	assert.Equal(t, 2, l.Len())

	l.PushBack(&nodes[0])
	assert.Equal(t, []int{1, 3, 0}, values(&l))
	for _, want := range []int{1, 3, 0} {
		assert.Equal(t, want, l.PopFront().Value)
	}
	assert.Zero(t, l.Len())
	assert.Empty(t, values(&l))
}
