import asyncio


async def worker(queue, squares):
    while True:
        number = await queue.get()
        squares[number] = number * number
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    squares = [0] * 7
    workers = [asyncio.create_task(worker(queue, squares)) for _ in range(3)]
    for number in range(1, 7):
        queue.put_nowait(number)
    await queue.join()
    for number in range(1, 7):
        print(number, "squared is", squares[number])
    # Main returns, and asyncio.run cancels the workers.
    print(len(workers), "workers end with the program")


asyncio.run(main())
