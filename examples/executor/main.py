import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def blocking(number):
    time.sleep(0.01)
    return number * number


def slow():
    time.sleep(0.2)


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=2) as executor:
        calls = [loop.run_in_executor(executor, blocking, n) for n in range(1, 6)]
        for square in await asyncio.gather(*calls):
            print(square)

        # Giving up leaves the call behind. It keeps its thread until it returns.
        try:
            async with asyncio.timeout(0.02):
                await loop.run_in_executor(executor, slow)
        except TimeoutError:
            print("not waited for")
    print("all threads idle")


asyncio.run(main())
