import asyncio


async def producer(queue, first):
    for number in range(first, first + 3):
        await queue.put(number)  # waits while the queue is full


async def consumer(queue, squares):
    while True:
        number = await queue.get()
        squares[number] = number * number
        queue.task_done()


async def main():
    queue = asyncio.Queue(maxsize=2)
    squares = [0] * 7
    async with asyncio.TaskGroup() as group:
        consumers = [group.create_task(consumer(queue, squares)) for _ in range(3)]
        async with asyncio.TaskGroup() as producers:
            producers.create_task(producer(queue, 1))
            producers.create_task(producer(queue, 4))
        await queue.join()  # until every item has been worked on
        for task in consumers:
            task.cancel()
    for number in range(1, 7):
        print(number, "squared is", squares[number])


asyncio.run(main())
