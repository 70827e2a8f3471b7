import asyncio

IDLE = 0.15


async def receive():
    # Five chunks take longer than the limit, but none of them alone does.
    for number in range(1, 6):
        await asyncio.sleep(0.04)
        yield f"chunk {number}"
    await asyncio.sleep(3600)
    yield "the end"


async def main():
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(IDLE) as limit:
            async for chunk in receive():
                print(chunk)
                limit.reschedule(loop.time() + IDLE)
    except TimeoutError:
        print("nothing more came")


asyncio.run(main())
