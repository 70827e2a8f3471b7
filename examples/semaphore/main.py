import asyncio


class Server:
    def __init__(self):
        self.busy = self.peak = 0

    async def get(self, page):
        self.busy += 1
        self.peak = max(self.peak, self.busy)
        await asyncio.sleep(0.02)
        self.busy -= 1
        return f"page {page}"


async def limited_fetch(limit, server, page):
    async with limit:
        return await server.get(page)


async def main():
    limit = asyncio.Semaphore(3)
    server = Server()
    pages = await asyncio.gather(
        *(limited_fetch(limit, server, page) for page in range(1, 11))
    )
    print(f"{len(pages)} pages, from {pages[0]} to {pages[-1]}")
    print(f"at most {server.peak} at once")


asyncio.run(main())
