import asyncio


async def ask(server, turn):
    await turn.wait()
    if server == "broken":
        raise ConnectionError("connection reset")
    return f"hello from {server}"


async def main():
    # The servers answer in turn, so that the order does not hang on the clock.
    turns = [asyncio.Event() for _ in range(3)]
    handled = 0
    turns[handled].set()
    for answer in asyncio.as_completed(
        [
            ask("slow", turns[2]),
            ask("fast", turns[0]),
            ask("broken", turns[1]),
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
