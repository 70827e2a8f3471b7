package distributed

import (
	"math/rand/v2"
	"time"
)

// QueueConfig is what a queue is like. The zero QueueConfig is ready to use.
type QueueConfig[T any] struct {
	// MaxSize is how many items may be unfinished at once: waiting and held.
	// 0 and less is any number. All that open the queue agree on it.
	MaxSize int
	// Window is how long a key is remembered from when its item was stored: at
	// least 1 s; 0 is 2 min. All that open the queue agree on it.
	Window time.Duration
	// Levels is the number of priorities: up to 8; 0 is 1. All that open the
	// queue agree on it.
	Levels int

	// Key is the identity of an item; nil and "" mean that each put is an item
	// of its own.
	Key func(v T) string
	// Level is the priority of an item: 0 goes first. Beyond the ends the
	// nearest counts.
	Level func(v T) int
	// Attempts is how often an item is handed out before it becomes a dead
	// letter; 0 is 25, less than 0 any number.
	Attempts int
	// Backoff is the pause of [Item.Do] after a failed attempt, numbered from
	// 1; nil is 1 s, doubled each time up to 5 min, less up to a fifth at
	// random.
	Backoff func(attempt int) time.Duration
}

const (
	defaultWindow        = 2 * time.Minute
	defaultQueueAttempts = 25
	maxLevels            = 8
)

func (cfg QueueConfig[T]) withDefaults(object string) QueueConfig[T] {
	cfg.MaxSize = max(cfg.MaxSize, 0)
	if cfg.Window == 0 {
		cfg.Window = defaultWindow
	}
	if cfg.Levels == 0 {
		cfg.Levels = 1
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = defaultQueueAttempts
	}
	if cfg.Window < time.Second || cfg.Levels < 0 || cfg.Levels > maxLevels {
		panic(misused("%s: a Window below 1 s, or Levels not within 0 to %d", object, maxLevels))
	}
	if cfg.Backoff == nil {
		cfg.Backoff = defaultBackoff
	}
	return cfg
}

func defaultBackoff(attempt int) time.Duration {
	const most = 5 * time.Minute
	d := min(time.Second<<min(max(attempt, 1)-1, 9), most)
	return d - rand.N(d/5) //nolint:gosec // spreads retries, no secret
}
