import asyncio


class Cache:
    def __init__(self):
        self.tasks = {}
        self.loads = 0
        self.disk = asyncio.Event()  # slow

    async def get(self, key):
        if key not in self.tasks:
            self.tasks[key] = asyncio.create_task(self.load(key))
        # Shielded: a caller that gives up must not cancel it for the others.
        return await asyncio.shield(self.tasks[key])

    async def load(self, key):
        self.loads += 1
        await self.disk.wait()
        return f"{key} loaded"


async def short(cache, key):
    try:
        return await asyncio.wait_for(cache.get(key), timeout=0.01)
    except TimeoutError:
        cache.disk.set()
        return "not waited for"


async def main():
    cache = Cache()
    for answer in await asyncio.gather(
        cache.get("page"), short(cache, "page"), cache.get("page")
    ):
        print(answer)
    print("later:", await cache.get("page"))
    print("loads:", cache.loads)


asyncio.run(main())
