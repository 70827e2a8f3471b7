package main

import (
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestChosenMutants(t *testing.T) {
	in := func(file string, line int) mutant {
		return mutant{where: token.Position{Filename: "folder/" + file, Line: line}}
	}
	a1, a2, b1, ba1 := in("a.go", 1), in("a.go", 2), in("b.go", 1), in("ba.go", 1)
	for _, test := range []struct {
		options options
		chosen  []mutant
		wrong   string
	}{
		{options{}, []mutant{a1, a2, b1, ba1}, ""},
		{options{files: []string{"a.go"}}, []mutant{a1, a2}, ""},
		{options{files: []string{"a.go", "ba.go"}}, []mutant{a1, a2, ba1}, ""},
		{options{only: "b.go:1"}, []mutant{b1}, ""},
		{options{files: []string{"a.go"}, only: ":2"}, []mutant{a2}, ""},
		{options{files: []string{"a.go", "c.go"}}, nil, `no mutant is in "c.go"`},
	} {
		chosen, err := test.options.choose([]mutant{a1, a2, b1, ba1})
		if test.wrong != "" {
			assert.EqualError(t, err, test.wrong)
			continue
		}
		assert.NoError(t, err)
		assert.Equal(t, test.chosen, chosen)
	}
}
