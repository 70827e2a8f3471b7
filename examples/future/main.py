import asyncio


def measure(callback):
    """Stands for a library that answers by calling back."""
    asyncio.get_running_loop().call_later(0.01, callback, "21 degrees")


async def main():
    loop = asyncio.get_running_loop()
    reading = loop.create_future()
    measure(reading.set_result)
    print("measured", await reading)

    try:
        reading.set_result("22 degrees")
    except asyncio.InvalidStateError:
        print("there is a result already:", reading.result())

    broken = loop.create_future()
    loop.call_soon(broken.set_exception, OSError("no sensor"))
    try:
        print("measured", await broken)
    except OSError as error:
        print("failed:", error)


asyncio.run(main())
