import asyncio
from contextlib import asynccontextmanager


class RWLock:
    """Many readers or one writer; a reader waits while a writer does."""

    def __init__(self):
        self.changed = asyncio.Condition()
        self.readers = 0
        self.writers = 0  # that wait
        self.locked = False

    @asynccontextmanager
    async def reading(self):
        async with self.changed:
            await self.changed.wait_for(lambda: not self.locked and not self.writers)
            self.readers += 1
        try:
            yield
        finally:
            async with self.changed:
                self.readers -= 1
                self.changed.notify_all()

    @asynccontextmanager
    async def writing(self):
        async with self.changed:
            self.writers += 1
            try:
                await self.changed.wait_for(lambda: not self.locked and not self.readers)
                self.locked = True
            finally:
                self.writers -= 1
                self.changed.notify_all()
        try:
            yield
        finally:
            async with self.changed:
                self.locked = False
                self.changed.notify_all()


class Price:
    def __init__(self):
        self.lock = RWLock()
        self.net, self.gross = 1, 2

    async def read(self, wait):
        async with self.lock.reading():
            net = self.net
            await wait()
            if self.gross != 2 * net:
                raise ValueError("half a change")

    async def double(self):
        async with self.lock.writing():
            self.net *= 2
            await asyncio.sleep(0.001)
            self.gross *= 2


async def main():
    price = Price()
    both = asyncio.Barrier(2)
    await asyncio.gather(price.read(both.wait), price.read(both.wait))
    print("two readers at once")

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(price.read(lambda: asyncio.sleep(0.001)))
            group.create_task(price.double())
    print("net", price.net, "gross", price.gross)


asyncio.run(main())
