import asyncio


async def fetch(page, delay):
    await asyncio.sleep(delay)
    return f"{page}: {len(page)} letters"


async def main():
    pages = await asyncio.gather(
        fetch("slow", 0.03),
        fetch("fast", 0.01),
        fetch("medium", 0.02),
    )
    # In the order of the calls, whichever ended first.
    for page in pages:
        print(page)


asyncio.run(main())
