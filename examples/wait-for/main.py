import asyncio


async def query(delay):
    try:
        await asyncio.sleep(delay)
        return "42 rows"
    finally:
        await asyncio.sleep(0.02)  # cleaning up takes time
        print("connection closed")


async def main():
    print(await asyncio.wait_for(query(0), timeout=60))

    # The timeout cancels the query and waits until it has cleaned up.
    try:
        print(await asyncio.wait_for(query(3600), timeout=0.02))
    except TimeoutError:
        print("timed out")


asyncio.run(main())
