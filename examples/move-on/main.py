import asyncio


async def improve(route):
    for length in (90, 75, 72):
        await asyncio.sleep(0)
        route["length"] = length
    await asyncio.sleep(3600)
    route["length"] = 71


async def main():
    route = {}
    try:
        async with asyncio.timeout(0.3):
            await improve(route)
        print("best route:", route["length"], "km")
    except TimeoutError:
        print("best route so far:", route["length"], "km")


asyncio.run(main())
