import asyncio


async def visit(folder, stack):
    below = {"/": ["/etc", "/usr"], "/usr": ["/usr/bin", "/usr/lib"]}
    for inner in reversed(below.get(folder, [])):
        await stack.put(inner)


async def main():
    stack = asyncio.LifoQueue()
    await stack.put("/")
    while not stack.empty():
        folder = await stack.get()
        print(folder)
        await visit(folder, stack)


asyncio.run(main())
