import asyncio
from contextvars import ContextVar

request = ContextVar("request", default="no request")


async def load(part):
    await asyncio.sleep(0.01)
    return f"{part} for {request.get()}"


async def handle(number):
    # Set in this task's copy of the context; tasks begun from here on copy that.
    request.set(f"request {number}")
    return await asyncio.gather(load("user"), load("cart"))


async def main():
    for parts in await asyncio.gather(handle(1), handle(2)):
        for part in parts:
            print(part)
    print(await load("page"))  # nothing was set here


asyncio.run(main())
