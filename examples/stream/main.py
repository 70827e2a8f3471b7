import asyncio
from contextlib import aclosing


async def lines(text):
    print("opened")
    try:
        for line in text.split():
            await asyncio.sleep(0.005)
            if line == "x":
                raise ValueError("unreadable")
            yield line
    finally:
        print("closed")


async def main():
    async for line in lines("a b"):
        print(line)

    # Left early, the generator must be closed by hand.
    async with aclosing(lines("c d")) as stream:
        async for line in stream:
            print(line)
            break

    try:
        async for line in lines("e x"):
            print(line)
    except ValueError as error:
        print("failed:", error)


asyncio.run(main())
