package misuse_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/asyncgo/internal/misuse"
)

func TestEveryKindIsFound(t *testing.T) {
	general, special := errors.New("misuse"), errors.New("released more than held")
	err := misuse.New("semaphore: Release without Acquire", general, special)
	assert.EqualError(t, err, "semaphore: Release without Acquire")
	assert.ErrorIs(t, err, general)
	assert.ErrorIs(t, err, special)
	assert.NotErrorIs(t, err, errors.New("misuse"))
}
