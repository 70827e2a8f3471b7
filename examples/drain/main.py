import asyncio


async def answer(delay):
    await asyncio.sleep(delay)
    return "answered"


async def main():
    requests = [
        asyncio.create_task(answer(0), name="request 1"),
        asyncio.create_task(answer(3600), name="request 2"),
    ]
    # What runs may complete, but not forever.
    _, late = await asyncio.wait(requests, timeout=0.5)
    for request in late:
        print(request.get_name(), "is too slow")
        request.cancel()
    await asyncio.wait(requests)
    for request in requests:
        if not request.cancelled():
            print(request.get_name(), request.result())


asyncio.run(main())
