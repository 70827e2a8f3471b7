import asyncio


async def query(server, delay):
    await asyncio.sleep(delay)
    return f"hello from {server}"


async def main():
    tasks = [
        asyncio.create_task(query("near", 0), name="near"),
        asyncio.create_task(query("far", 3600), name="far"),
    ]
    # The timeout is no error: what is done and what is not is the result.
    done, pending = await asyncio.wait(tasks, timeout=0.5)
    for task in done:
        print(f"{task.get_name()}: {task.result()}")
    for task in pending:
        print(task.get_name(), "has not answered yet")

    # And it canceled nothing.
    for task in pending:
        task.cancel()
    await asyncio.wait(pending)


asyncio.run(main())
