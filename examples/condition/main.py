import asyncio


class Shop:
    def __init__(self):
        self.baked = asyncio.Condition()
        self.shelf = []

    async def baker(self):
        for loaf in range(1, 5):
            await asyncio.sleep(0.005)
            async with self.baked:
                self.shelf.append(loaf)
                self.baked.notify_all()

    async def customer(self):
        async with self.baked:
            await self.baked.wait_for(lambda: len(self.shelf) >= 2)
            print("took loaves", self.shelf[0], "and", self.shelf[1])
            del self.shelf[:2]


async def main():
    shop = Shop()
    async with asyncio.TaskGroup() as group:
        group.create_task(shop.baker())
        await shop.customer()
        await shop.customer()
    print(len(shop.shelf), "loaves left")


asyncio.run(main())
