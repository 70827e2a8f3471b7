import asyncio


async def retry(times, function):
    for attempt in range(1, times + 1):
        try:
            return await function(attempt)
        except ConnectionError as error:
            if attempt == times:
                raise
            print(f"attempt {attempt}: {error}")
            await asyncio.sleep(0.002 * 2**attempt)  # ends with the group


async def flaky(attempt):
    if attempt < 3:
        raise ConnectionError("connection reset")
    return f"flaky answered at attempt {attempt}"


async def dead(attempt):
    raise ConnectionError("nobody there")


async def steady():
    await asyncio.sleep(0.01)
    return "steady answered"


async def main():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(retry(5, flaky))
        second = group.create_task(steady())
    print(first.result())
    print(second.result())

    # Only the last failure is one of the group, and cancels what waits in it.
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(retry(2, dead))
            group.create_task(asyncio.sleep(3600))
    except* ConnectionError as failed:
        print("gave up:", failed.exceptions[0])


asyncio.run(main())
