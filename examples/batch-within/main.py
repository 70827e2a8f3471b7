# requires: 3.13
import asyncio


async def get_batch_within(queue, size, seconds):
    """Waits for one item, and then for more, but only for some time."""
    batch = [await queue.get()]
    try:
        async with asyncio.timeout(seconds):
            while len(batch) < size:
                batch.append(await queue.get())
    except (TimeoutError, asyncio.QueueShutDown):
        pass
    return batch


async def write(queue):
    while True:
        try:
            batch = await get_batch_within(queue, 3, 0.05)
        except asyncio.QueueShutDown:
            break
        print(len(batch), "written at once, beginning with", batch[0])
        for _ in batch:
            queue.task_done()


async def main():
    queue = asyncio.Queue()
    for number in range(1, 6):
        queue.put_nowait(number)
    async with asyncio.TaskGroup() as group:
        group.create_task(write(queue))
        await queue.join()  # the second batch is written because time is over
        queue.put_nowait(6)
        queue.shutdown()


asyncio.run(main())
