import asyncio

TREE = {"/": {"home": 1, "usr": 2}, "/home": {"ann": 30}, "/usr": {"bin": 40, "lib": 50}}


async def visit(group, limit, folder, sizes):
    async with limit:
        await asyncio.sleep(0.005)
        for name, size in TREE.get(folder, {}).items():
            inner = folder.rstrip("/") + "/" + name
            sizes[inner] = size
            group.create_task(visit(group, limit, inner, sizes))


async def main():
    limit = asyncio.Semaphore(2)
    sizes = {}
    # Left only when the last task has ended that any of them started.
    async with asyncio.TaskGroup() as group:
        group.create_task(visit(group, limit, "/", sizes))
    for folder in sorted(sizes):
        print(folder, sizes[folder])


asyncio.run(main())
