import asyncio
from collections import deque
from itertools import count


async def square(number):
    await asyncio.sleep(0.005)
    return number * number


async def map_limit(limit, items, function):
    """Makes a task of every item at once, of which only a few work at a time."""
    semaphore = asyncio.Semaphore(limit)

    async def limited(item):
        async with semaphore:
            return await function(item)

    return await asyncio.gather(*map(limited, items))


async def map_seq(limit, items, function):
    """Takes no more items than it can work on, and yields in their order."""
    window = deque()
    try:
        for item in items:
            window.append(asyncio.create_task(function(item)))
            if len(window) == limit:
                yield await window.popleft()
        while window:
            yield await window.popleft()
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)


async def main():
    print("sum of squares:", sum(await map_limit(3, [1, 2, 3, 4, 5], square)))

    # The numbers have no end: only lazily can that work.
    squares = map_seq(3, count(1), square)
    async for number in squares:
        print(number)
        if number > 10:
            break
    await squares.aclose()


asyncio.run(main())
