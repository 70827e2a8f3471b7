import asyncio
import random


async def retry(function, times=5, delay=0.002, most=1.0, random=random.random):
    """Waits at first around delay, then twice as long each time, up to most."""
    for attempt in range(1, times + 1):
        try:
            return await function(attempt)
        except ConnectionError as error:
            if attempt == times:
                raise
            print(f"attempt {attempt}: {error}")
            await asyncio.sleep(delay * (1 + random()) / 2)  # ends with the group
            delay = min(2 * delay, most)


async def flaky(attempt):
    if attempt < 3:
        raise ConnectionError("connection reset")
    return f"flaky answered at attempt {attempt}"


async def dead(attempt):
    raise ConnectionError("connection refused")


async def steady():
    await asyncio.sleep(0.01)
    return "steady answered"


async def main():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(retry(flaky))
        second = group.create_task(steady())
    print(first.result())
    print(second.result())

    # Only the last failure is one of the group, and cancels its other tasks.
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(retry(dead, times=2))
            group.create_task(asyncio.sleep(3600))
    except* ConnectionError as failed:
        print("gave up:", failed.exceptions[0])


asyncio.run(main())
