import asyncio
from contextlib import asynccontextmanager


class Pool:
    def __init__(self, *connections):
        self.idle = list(connections)
        self.slots = asyncio.BoundedSemaphore(len(connections))

    @asynccontextmanager
    async def connection(self):
        async with self.slots:
            connection = self.idle.pop()
            try:
                yield connection
            finally:
                self.idle.append(connection)


async def query(pool, number):
    async with pool.connection() as connection:
        await asyncio.sleep(0.01)
        assert connection in ("red", "blue")
        return number * number


async def main():
    pool = Pool("red", "blue")
    rows = await asyncio.gather(*(query(pool, number) for number in range(1, 6)))
    for row in rows:
        print("row", row)
    print(len(pool.idle), "connections idle")

    # Bounded: what was never taken cannot be given back.
    try:
        pool.slots.release()
    except ValueError:
        print("released too often")


asyncio.run(main())
