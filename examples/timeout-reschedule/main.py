import asyncio

IDLE = 0.5


async def receive():
    for number in range(1, 6):
        await asyncio.sleep(0)
        yield f"chunk {number}"
    await asyncio.sleep(3600)
    yield "the end"


async def main():
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(IDLE) as limit:
            async for chunk in receive():
                print(chunk)
                # However long it takes, as long as there is always more.
                limit.reschedule(loop.time() + IDLE)
    except TimeoutError:
        print("nothing more came")


asyncio.run(main())
