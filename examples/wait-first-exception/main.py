import asyncio


async def parse():
    return "12 lines"


async def check(parsing):
    await parsing
    raise ValueError("bad checksum")


async def upload():
    await asyncio.sleep(3600)
    return "uploaded"


async def main():
    parsing = asyncio.create_task(parse(), name="parse")
    tasks = [
        parsing,
        asyncio.create_task(check(parsing), name="check"),
        asyncio.create_task(upload(), name="upload"),
    ]
    # Goes on past parse, which succeeds, and returns with check, which fails.
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in sorted(done, key=tasks.index):
        if error := task.exception():
            print(f"{task.get_name()} failed: {error}")
        else:
            print(f"{task.get_name()}: {task.result()}")
    for task in pending:
        print(task.get_name(), "is no longer needed")
        task.cancel()
    await asyncio.wait(tasks)


asyncio.run(main())
