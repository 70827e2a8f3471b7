import asyncio


async def improve(route):
    route["length"] = 72  # a good one is found at once, the best one takes long
    await asyncio.sleep(3600)
    route["length"] = 71


async def main():
    route = {}
    try:
        async with asyncio.timeout(0.05):
            await improve(route)
        print("best route:", route["length"], "km")
    except TimeoutError:
        print("best route so far:", route["length"], "km")


asyncio.run(main())
