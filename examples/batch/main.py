import asyncio


async def get_batch(queue, size):
    """Waits for one item, and takes what else is there."""
    batch = [await queue.get()]
    while len(batch) < size and not queue.empty():
        batch.append(queue.get_nowait())
    return batch


async def main():
    queue = asyncio.Queue()
    for number in range(1, 8):
        queue.put_nowait(number)
    while not queue.empty():
        batch = await get_batch(queue, 3)
        print(len(batch), "written at once, beginning with", batch[0])


asyncio.run(main())
