import asyncio


class Pool:
    """Takes any number of jobs, and works on a few of them at a time."""

    def __init__(self, workers, group):
        self.jobs = asyncio.Queue()
        self.workers = [group.create_task(self.work()) for _ in range(workers)]

    def submit(self, function, *args):
        answer = asyncio.get_running_loop().create_future()
        self.jobs.put_nowait((answer, function, args))
        return answer

    async def work(self):
        while True:
            answer, function, args = await self.jobs.get()
            try:
                answer.set_result(await function(*args))
            except Exception as error:
                answer.set_exception(error)

    def close(self):
        for worker in self.workers:
            worker.cancel()


async def square(number):
    await asyncio.sleep(0.01)
    return number * number


async def main():
    async with asyncio.TaskGroup() as group:
        pool = Pool(3, group)
        answers = [pool.submit(square, number) for number in range(1, 8)]
        print(len(answers), "jobs accepted")
        for answer in answers:
            print(await answer)
        pool.close()


asyncio.run(main())
