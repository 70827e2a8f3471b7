import asyncio


async def supervise(function, delay=0.002, most=1.0):
    """Starts the function again when it fails, after a wait that doubles."""
    loop = asyncio.get_running_loop()
    first = delay
    while True:
        started = loop.time()
        try:
            return await function()
        except Exception as error:
            print("failed:", error)
        if loop.time() - started > most:
            delay = first  # it had run well
        await asyncio.sleep(delay)
        delay = min(2 * delay, most)


class Feed:
    """Runs at the third attempt."""

    def __init__(self):
        self.starts = 0
        self.running = asyncio.Event()

    async def run(self):
        self.starts += 1
        if self.starts == 1:
            raise ConnectionError("connection reset")
        if self.starts == 2:
            raise AssertionError("no such state")
        self.running.set()
        await asyncio.sleep(3600)


async def main():
    feed = Feed()
    async with asyncio.TaskGroup() as group:
        supervisor = group.create_task(supervise(feed.run))
        await feed.running.wait()
        print("running after", feed.starts, "starts")
        supervisor.cancel()
    print("stopped")


asyncio.run(main())
