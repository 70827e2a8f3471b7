import asyncio


async def worker(number, barrier, loaded):
    loaded[number] = number * number
    if await barrier.wait() == 0:  # one of them, whichever
        print("all have loaded:", *loaded)
    total = sum(loaded)  # what the others have loaded is there
    if await barrier.wait() == 0:  # the barrier can be used again
        print("all have added:", total)


async def main():
    barrier = asyncio.Barrier(3)
    loaded = [0, 0, 0]
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(worker(number, barrier, loaded))

    # Two wait for a third, which fails first.
    waiting = asyncio.gather(barrier.wait(), barrier.wait(), return_exceptions=True)
    await barrier.abort()
    for result in await waiting:
        if isinstance(result, asyncio.BrokenBarrierError):
            print("broken: do not wait")
        else:
            print("number", result)


asyncio.run(main())
