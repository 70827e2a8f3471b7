import asyncio


async def query(server, delay):
    await asyncio.sleep(delay)
    return f"hello from {server}"


async def main():
    tasks = [
        asyncio.create_task(query("far", 3600), name="far"),
        asyncio.create_task(query("near", 0.01), name="near"),
        asyncio.create_task(query("farther", 3600), name="farther"),
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        print(f"{task.get_name()}: {task.result()}")

    # wait cancels nothing: the others run until they are canceled.
    for task in pending:
        task.cancel()
    await asyncio.wait(pending)
    for task in sorted(pending, key=tasks.index):
        print(task.get_name(), "was canceled" if task.cancelled() else "ended")


asyncio.run(main())
