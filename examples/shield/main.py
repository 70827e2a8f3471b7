import asyncio


async def commit(order, stored):
    await stored.wait()
    print(order, "committed")


async def request(order, begun, stored):
    committing = asyncio.create_task(commit(order, stored))
    begun.set()
    try:
        await asyncio.shield(committing)
    except asyncio.CancelledError:
        await committing  # or it would be lost when the program ends
        raise


async def main():
    begun, stored = asyncio.Event(), asyncio.Event()
    client = asyncio.create_task(request("order 1", begun, stored))
    await begun.wait()
    client.cancel()
    print("client gone, the commit goes on")
    stored.set()
    try:
        await client
        print("client served")
    except asyncio.CancelledError:
        print("client was canceled")


asyncio.run(main())
