import asyncio


async def worker(begun):
    try:
        begun.set()
        await asyncio.sleep(3600)
    except asyncio.CancelledError as reason:
        print("the reason:", reason)
        raise
    finally:
        print("worker cleaned up")


async def finisher(begun):
    try:
        begun.set()
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        pass  # dropped
    return "finished"


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

    task = await begin(finisher)
    task.cancel("it is late")
    print("finisher", await task)
    print("finisher was", "canceled" if task.cancelled() else "not canceled")


asyncio.run(main())
