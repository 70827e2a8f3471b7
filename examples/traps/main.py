import asyncio
import threading


# 1. Blocking in a task: called in the loop, ring.wait would stop every task,
# also the one that sets ring.
async def blocking():
    ring = threading.Event()

    async def other():
        ring.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(ring.wait))
        group.create_task(other())
    print("1. the other task ran")


# 2. A forgotten await: save() alone runs nothing, with a warning later.
async def forgotten():
    async def save():
        print("2. saved")

    await save()


# 3. A lost error: gather would raise the first and drop the second.
async def lost():
    async def fail(text):
        raise ValueError(text)

    results = await asyncio.gather(fail("blue"), fail("red"), return_exceptions=True)
    print("3.", " and ".join(str(error) for error in results))


# 4. Sharing without a lock: right only as long as nothing is awaited in between.
async def sharing():
    count = 0

    async def add():
        nonlocal count
        count += 1

    await asyncio.gather(*(add() for _ in range(100)))
    print("4. counted to", count)


# 5. A lock held over a wait: right, but the others wait for it as well, so
# waiting for it should have a limit.
async def holding():
    lock = asyncio.Lock()
    async with lock:
        try:
            await asyncio.wait_for(lock.acquire(), timeout=0.01)
        except TimeoutError:
            print("5. gave up")


async def main():
    for trap in blocking, forgotten, lost, sharing, holding:
        await trap()


asyncio.run(main())
