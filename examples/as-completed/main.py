import asyncio


async def ask(server, delay):
    await asyncio.sleep(delay)
    if server == "broken":
        raise ConnectionError("connection reset")
    return f"hello from {server}"


async def main():
    for answer in asyncio.as_completed(
        [
            ask("slow", 0.05),
            ask("fast", 0),
            ask("broken", 0.025),
        ]
    ):
        try:
            print(await answer)
        except ConnectionError as error:
            print("failed:", error)


asyncio.run(main())
