import asyncio

background = set()


def spawn(coro, name, reported):
    task = asyncio.create_task(coro, name=name)
    # The loop itself keeps only a weak reference: without one of our own, the
    # task may be collected before it has ended.
    background.add(task)

    def report(task):
        background.discard(task)
        if error := task.exception():
            print(f"{task.get_name()} failed: {error}")
        reported.set()

    task.add_done_callback(report)
    return task


async def save(name):
    await asyncio.sleep(0.01)
    if not name:
        raise ValueError("no name")
    return f"saved {name}"


async def main():
    saving = spawn(save("report"), "save-report", asyncio.Event())
    print("started", saving.get_name())
    print(await saving)

    # This one is not awaited: the callback gets its error.
    reported = asyncio.Event()
    broken = spawn(save(""), "save-nothing", reported)
    await reported.wait()

    # Each await of it raises that error again.
    try:
        await broken
    except ValueError as error:
        print("awaited:", error)


asyncio.run(main())
