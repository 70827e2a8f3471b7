import asyncio

LINKS = {"/": ["/a", "/b"], "/a": ["/c"], "/b": ["/a", "/c"], "/c": ["/d", "/"]}


async def fetch(page):
    await asyncio.sleep(0.005)
    return LINKS.get(page, [])


async def main():
    seen = {"/"}
    pending = {asyncio.create_task(fetch("/"))}
    while pending:
        # Goes through all that are left, each time: slow if they are many.
        done, pending = await asyncio.wait(
            pending, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            for link in task.result():
                if link not in seen:
                    seen.add(link)
                    pending.add(asyncio.create_task(fetch(link)))
    print(*sorted(seen))


asyncio.run(main())
