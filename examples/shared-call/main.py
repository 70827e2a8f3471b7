import asyncio


class Shared:
    """One call for each key, for all that wait for it; the last to leave cancels it."""

    def __init__(self):
        self.calls = {}  # the task for each key, and how many wait for it

    async def do(self, key, function):
        call = self.calls.get(key)
        if call is None:
            call = self.calls[key] = [asyncio.create_task(function()), 0]
            call[0].add_done_callback(lambda _: self.forget(key, call))
        call[1] += 1
        try:
            return await asyncio.shield(call[0])
        finally:
            call[1] -= 1
            if call[1] == 0 and not call[0].done():
                self.forget(key, call)
                call[0].cancel()
                await asyncio.wait([call[0]])

    def forget(self, key, call):
        if self.calls.get(key) is call:
            del self.calls[key]


class Disk:
    """Counts how often it is read."""

    def __init__(self):
        self.reads = 0
        self.begun = asyncio.Event()
        self.answer = asyncio.Event()

    async def read(self):
        self.reads += 1
        self.begun.set()
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            print("read canceled")
            raise
        return "page read"


async def impatient(pages, disk):
    try:
        return await asyncio.wait_for(pages.do("page", disk.read), 0.02)
    except TimeoutError:
        return "not waited for"


async def main():
    pages, disk = Shared(), Disk()
    first = asyncio.create_task(pages.do("page", disk.read))
    await disk.begun.wait()
    # A caller that leaves takes nothing from those that stay.
    print("second:", await impatient(pages, disk))
    disk.answer.set()
    print("first:", await first)
    print("reads:", disk.reads)

    # The last one to leave cancels the call.
    disk = Disk()
    print("third:", await impatient(pages, disk))
    print("reads:", disk.reads)


asyncio.run(main())
