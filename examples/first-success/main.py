import asyncio


async def query(mirror, delay):
    await asyncio.sleep(delay)
    if mirror.startswith("broken"):
        raise ConnectionError(f"{mirror} is down")
    return f"file from {mirror}"


async def first_success(*coros):
    tasks = [asyncio.create_task(coro) for coro in coros]
    errors = []
    try:
        for earliest in asyncio.as_completed(tasks):
            try:
                return await earliest
            except Exception as error:
                errors.append(error)
        raise ExceptionGroup("all failed", errors)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def main():
    print(
        await first_success(
            query("broken one", 0),
            query("near", 0.02),
            query("far", 3600),
        )
    )

    try:
        print(await first_success(query("broken one", 0), query("broken two", 0)))
    except ExceptionGroup as failed:
        print(len(failed.exceptions), "mirrors failed")


asyncio.run(main())
