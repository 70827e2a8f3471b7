import asyncio


async def work(stop, names):
    names.append(asyncio.current_task().get_name())
    await stop.wait()


async def main():
    stop = asyncio.Event()
    names = []
    async with asyncio.TaskGroup() as group:
        for name in ("index", "mail", "sync"):
            group.create_task(work(stop, names), name=name)
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for name in sorted(task.get_name() for task in running):
            print("running:", name)
        stop.set()
    print("they called themselves", *sorted(names))


asyncio.run(main())
