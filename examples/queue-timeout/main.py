import asyncio


async def sensor(queue):
    for reading in (20, 21, 22):
        await queue.put(reading)
    # Broken from here on.


async def watch(queue):
    while True:
        # A reading that arrives together with the timeout is not lost. (It was,
        # in some versions of Python.)
        try:
            reading = await asyncio.wait_for(queue.get(), timeout=0.3)
        except TimeoutError:
            print("the sensor is silent")
            return
        print(reading, "degrees")


async def main():
    queue = asyncio.Queue()
    await sensor(queue)
    await watch(queue)


asyncio.run(main())
