import asyncio


async def fetch(page):
    await asyncio.sleep(0.01)
    return f"content of {page}"


async def upload(uploading):
    uploading.set()
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        raise OSError("cannot remove the part uploaded so far")


async def check(uploading):
    await uploading.wait()
    raise ValueError("bad checksum")


async def main():
    async with asyncio.TaskGroup() as group:
        home = group.create_task(fetch("home"))
        news = group.create_task(fetch("news"))
    # Left: both have ended.
    print(home.result())
    print(news.result())

    # The first failure cancels the others. All failures come out, but not the
    # cancellation of sleep.
    uploading = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(upload(uploading))
            group.create_task(check(uploading))
            group.create_task(asyncio.sleep(3600))
    except ExceptionGroup as failed:
        print(len(failed.exceptions), "tasks failed")
        for failure in failed.exceptions:
            print(failure)


asyncio.run(main())
