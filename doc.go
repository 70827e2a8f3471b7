// Package asyncgo is Python asyncio's way of running tasks, in Go.
package asyncgo
