import asyncio


async def runner(name, start):
    await start.wait()
    return f"{name} is running"


async def main():
    start = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        runners = [
            group.create_task(runner(name, start)) for name in ("Ann", "Bob", "Cem")
        ]
        print("ready:", "set" if start.is_set() else "not set")
        start.set()
    for task in runners:
        print(task.result())

    # A wait that begins later returns at once, until the event is cleared.
    print(await runner("Dot", start))
    start.clear()
    try:
        print(await asyncio.wait_for(runner("Eve", start), timeout=0.02))
    except TimeoutError:
        print("Eve waits for the next start")


asyncio.run(main())
