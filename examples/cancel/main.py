import asyncio


async def worker(begun):
    try:
        begun.set()
        await asyncio.sleep(3600)
    except asyncio.CancelledError as reason:
        print("worker told:", reason)
        raise
    finally:
        print("worker cleaned up")


async def stubborn(begun):
    try:
        begun.set()
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        pass  # swallowed
    return "ended as if nothing had been"


async def begin(function):
    begun = asyncio.Event()
    task = asyncio.create_task(function(begun))
    await begun.wait()
    return task


async def main():
    task = await begin(worker)
    task.cancel("it is late")
    try:
        await task
    except asyncio.CancelledError:
        print("worker was canceled")
    print("canceled again" if task.cancel() else "too late to cancel")

    task = await begin(stubborn)
    task.cancel("it is late")
    print("stubborn", await task)
    print("stubborn was", "canceled" if task.cancelled() else "not canceled")


asyncio.run(main())
