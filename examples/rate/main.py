import asyncio


async def every(period, function, stop):
    """Calls function once a period until stop is set, but never cuts it short."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due += period
        try:
            async with asyncio.timeout_at(due):
                await stop.wait()
            return
        except TimeoutError:
            await function()


async def main():
    stop = asyncio.Event()
    ticks = 0

    async def tick():
        nonlocal ticks
        ticks += 1
        print("tick", ticks)
        if ticks == 3:
            stop.set()
        await asyncio.sleep(0.005)
        print("tick", ticks, "done")

    async with asyncio.TaskGroup() as group:
        group.create_task(every(0.02, tick, stop))
    print("stopped")


asyncio.run(main())
