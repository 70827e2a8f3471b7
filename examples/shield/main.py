import asyncio


async def commit(order):
    await asyncio.sleep(0.05)
    print(order, "committed")


async def request(order, begun):
    committing = asyncio.create_task(commit(order))
    begun.set()
    try:
        await asyncio.shield(committing)
    except asyncio.CancelledError:
        await committing  # or it would be lost when the program ends
        raise


async def main():
    begun = asyncio.Event()
    client = asyncio.create_task(request("order 1", begun))
    await begun.wait()
    client.cancel()
    print("client gone, the commit goes on")
    try:
        await client
        print("client served")
    except asyncio.CancelledError:
        print("client was cancelled")


asyncio.run(main())
