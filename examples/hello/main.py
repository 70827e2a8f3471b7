import asyncio


async def greet(name):
    await asyncio.sleep(0.01)
    return f"hello, {name}"


async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(greet(name)) for name in ("sun", "moon", "stars")]
    for task in tasks:
        print(task.result())


asyncio.run(main())
