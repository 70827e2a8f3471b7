import asyncio


async def every(period, function):
    """Calls the function again and again, whatever becomes of each call."""
    loop = asyncio.get_running_loop()
    at = loop.time()
    while True:
        try:
            await function()
        except Exception as error:
            print("failed:", error)
        at = max(at + period, loop.time())  # never two at a time
        await asyncio.sleep(at - loop.time())


class Report:
    def __init__(self):
        self.rounds = 0
        self.enough = asyncio.Event()

    async def write(self):
        self.rounds += 1
        if self.rounds == 2:
            raise OSError("disk full")
        if self.rounds == 4:
            self.enough.set()
            await asyncio.sleep(3600)
        print("round", self.rounds)


async def main():
    report = Report()
    reporting = asyncio.create_task(every(0.005, report.write))
    await report.enough.wait()
    reporting.cancel()
    print("canceled in round", report.rounds)


asyncio.run(main())
