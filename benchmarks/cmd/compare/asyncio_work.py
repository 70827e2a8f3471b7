"""W8: what asyncio takes for an operation, in nanoseconds, as JSON."""

import asyncio
import json
import time


async def one():
    return 1


async def create_task(n):
    for _ in range(n):
        await asyncio.create_task(one())


async def gather(n):
    for _ in range(n // 1000):
        await asyncio.gather(*(one() for _ in range(1000)))


async def queue(n):
    q = asyncio.Queue(128)
    for _ in range(n):
        await q.put(1)
        await q.get()


async def priority(n):
    q = asyncio.PriorityQueue()
    for i in range(n):
        await q.put(i)
        await q.get()


async def semaphore(n):
    s = asyncio.Semaphore(4)
    for _ in range(n):
        await s.acquire()
        s.release()


def best(work, n):
    times = []
    for _ in range(5):
        start = time.perf_counter_ns()
        asyncio.run(work(n))
        times.append((time.perf_counter_ns() - start) / n)
    return min(times)


print(json.dumps({
    "create_task and await": best(create_task, 20_000),
    "gather 1000": best(gather, 50_000),
    "Queue put and get": best(queue, 100_000),
    "PriorityQueue put and get": best(priority, 100_000),
    "Semaphore acquire and release": best(semaphore, 100_000),
}))
