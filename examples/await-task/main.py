import asyncio


async def upload():
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.01)
        print("upload removed")


async def main():
    uploading = asyncio.create_task(upload())

    # A plain await: what cancels the waiting cancels the task, and waits for it.
    try:
        async with asyncio.timeout(0.05):
            await uploading
    except TimeoutError:
        print("no more time")
    if uploading.cancelled():
        print("upload was canceled")


asyncio.run(main())
