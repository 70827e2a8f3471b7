# requires: 3.13
import asyncio


async def producer(queue):
    for item in ("a", "b", "c"):
        await queue.put(item)
    queue.shutdown()


async def consumer(queue):
    while True:
        try:
            item = await queue.get()
        except asyncio.QueueShutDown:
            break
        print("got", item)


async def main():
    # What is in the queue is still returned.
    queue = asyncio.Queue(maxsize=1)
    async with asyncio.TaskGroup() as group:
        group.create_task(producer(queue))
        group.create_task(consumer(queue))
    print("all consumed")

    # Or it is thrown away.
    queue = asyncio.Queue()
    for item in ("d", "e", "f"):
        queue.put_nowait(item)
    print("got", await queue.get())
    left = queue.qsize()
    queue.shutdown(immediate=True)
    print(left, "thrown away")
    try:
        await queue.put("g")
    except asyncio.QueueShutDown:
        print("g not accepted")


asyncio.run(main())
