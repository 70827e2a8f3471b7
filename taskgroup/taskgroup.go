// Package taskgroup starts tasks, waits for them and cancels them, alone and in
// groups: what asyncio calls tasks, TaskGroup, gather, wait, timeouts and
// futures.
package taskgroup
