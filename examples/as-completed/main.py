import asyncio


async def query(server, turn):
    await turn.wait()
    if server == "broken":
        raise ConnectionError("connection reset")
    return f"hello from {server}"


async def main():
    # The servers answer in turn, so that the order does not depend on the clock.
    turns = [asyncio.Event() for _ in range(3)]
    handled = 0
    turns[handled].set()
    for answer in asyncio.as_completed(
        [
            query("slow", turns[2]),
            query("fast", turns[0]),
            query("broken", turns[1]),
        ]
    ):
        try:
            print(await answer)
        except ConnectionError as error:
            print("failed:", error)
        handled += 1
        if handled < len(turns):
            turns[handled].set()


asyncio.run(main())
