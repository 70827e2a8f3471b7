import asyncio
import threading
import time


def checksum(name):
    time.sleep(0.02)  # would stop every other task if it ran in the loop
    return f"{name}: {sum(name.encode())}"


def hang(released):
    released.wait()
    return "too late"


async def main():
    for line in await asyncio.gather(
        asyncio.to_thread(checksum, "a.txt"),
        asyncio.to_thread(checksum, "b.txt"),
    ):
        print(line)

    released = threading.Event()
    # A thread cannot be canceled. It goes on, and its result is lost.
    try:
        print(await asyncio.wait_for(asyncio.to_thread(hang, released), timeout=0.01))
    except TimeoutError:
        print("left behind")
    released.set()  # or asyncio.run would wait for the thread


asyncio.run(main())
