# Python 3.14 or later prints the tree of this program from another process:
#
#     python3.14 original.py &
#     python3.14 -m asyncio pstree $!
#     python3.14 -m asyncio ps $!     # the same as a table
#
# There, a line is a task or a call on its stack; in main.go, it is a group or a
# call, a task or a function, with what it waits for, and since when.
import asyncio


async def step(seconds):
    await asyncio.sleep(seconds)


async def sign(key):
    async with key:
        await asyncio.sleep(60)


async def build(steps, key):
    async with asyncio.TaskGroup() as group:
        for name, seconds in steps.items():
            group.create_task(step(seconds), name=name)
        group.create_task(sign(key), name="sign")


async def build_later(steps, key):
    await asyncio.sleep(5)  # the machine has to boot
    await build(steps, key)


async def main():
    key = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(build({"compile": 20, "vet": 40}, key), name="linux")
        group.create_task(build_later({"compile": 30}, key), name="windows")
        group.create_task(asyncio.wait_for(step(50), 55), name="notes")


asyncio.run(main())
