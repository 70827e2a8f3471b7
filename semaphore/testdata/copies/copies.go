// Package copies copies what must not be copied, once each. go vet must
// report each.
package copies

import "example.com/asyncgo/semaphore"

func take(...any) {}

func copies(
	s *semaphore.Semaphore,
	k *semaphore.Keyed[int],
	l *semaphore.Lock,
	rw *semaphore.RWLock,
	e *semaphore.Event,
	c *semaphore.Cond,
	b *semaphore.Barrier,
) {
	semaphoreCopy := *s
	keyedCopy := *k
	lockCopy := *l
	rwlockCopy := *rw
	eventCopy := *e
	condCopy := *c
	barrierCopy := *b
	take(&semaphoreCopy, &keyedCopy, &lockCopy, &rwlockCopy, &eventCopy, &condCopy, &barrierCopy)
}
