import asyncio
import time


def checksum(name):
    time.sleep(0.02)  # would stop every other task if it ran in the loop
    return f"{name}: {sum(name.encode())}"


def hang():
    time.sleep(0.1)
    return "too late"


async def main():
    for line in await asyncio.gather(
        asyncio.to_thread(checksum, "a.txt"),
        asyncio.to_thread(checksum, "b.txt"),
    ):
        print(line)

    # A thread cannot be cancelled. It is left to itself, its result is lost.
    try:
        print(await asyncio.wait_for(asyncio.to_thread(hang), timeout=0.01))
    except TimeoutError:
        print("left behind")


asyncio.run(main())
