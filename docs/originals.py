# requires: 3.13
"""The Python side of asyncio.md: every snippet there is a part of this file."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from asyncio import staggered

items = 1
user = contextvars.ContextVar("user")
urls = ["go.dev", "python.org", "example.com"]


async def fetch(url):
    return len(url)


async def one():
    return 1


async def two():
    return 2


async def three():
    return 3


async def seven():
    return 7


async def fails():
    raise OSError("no route to host")


async def forever():
    await asyncio.sleep(3600)


async def whoami():
    return user.get()


async def save():
    return True


def add(a, b):
    return a + b


def run():
    async def main():
        print(await fetch("python.org"))

    asyncio.run(main())


async def create_task():
    task = asyncio.create_task(fetch("go.dev"))
    n = await task
    print(n)


async def task_group():
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(one())
        b = tg.create_task(two())
    print(a.result() + b.result())


async def exception_group():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails(), name="fetch")
            tg.create_task(forever())
    except* OSError as group:
        print(group.exceptions)


async def gather():
    results = await asyncio.gather(one(), two(), three())
    print(results)


async def gather_errors():
    for r in await asyncio.gather(one(), fails(), return_exceptions=True):
        print(r)


async def map_limit():
    sem = asyncio.Semaphore(2)

    async def limited(url):
        async with sem:
            return await fetch(url)

    sizes = await asyncio.gather(*(limited(url) for url in urls))
    print(sizes)


async def wait():
    quick, slow = asyncio.create_task(one()), asyncio.create_task(forever())
    done, pending = await asyncio.wait({quick, slow}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    print(len(done), len(pending))


async def as_completed():
    async for task in asyncio.as_completed([seven()]):
        print(await task)


async def wait_for():
    try:
        await asyncio.wait_for(forever(), 0.001)
    except TimeoutError:
        print("timed out")


async def timeout():
    async with asyncio.timeout(0.001) as t:
        t.reschedule(asyncio.get_running_loop().time() + 3600)
        await asyncio.sleep(0.005)


async def shield():
    saved = await asyncio.shield(save())
    print(saved)


async def cancel():
    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel("not needed any more")
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelled())


async def sleep():
    await asyncio.sleep(0.001)
    print("awake")


async def to_thread():
    total = await asyncio.to_thread(add, 1, 1)
    print(total)


async def executor():
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(max_workers=5)
    sums = await asyncio.gather(*(loop.run_in_executor(pool, add, n, n) for n in (1, 2, 3)))
    print(sums)


async def streams():
    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    print(await reader.readline())
    writer.close()
    server.close()


async def future():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(0.001, future.set_result, "rings")
    print(await future)


async def done_callback():
    task = asyncio.create_task(one())
    task.add_done_callback(lambda t: print(t.result()))
    await task


async def semaphore():
    limit = asyncio.BoundedSemaphore(3)
    async with limit:
        print("one of at most three")


async def lock_():
    lock = asyncio.Lock()
    async with lock:
        print(lock.locked())


async def event():
    ready = asyncio.Event()
    ready.set()
    await ready.wait()
    print(ready.is_set())


async def condition():
    cond = asyncio.Condition()
    async with cond:
        await cond.wait_for(lambda: items > 0)


async def barrier_():
    barrier = asyncio.Barrier(2)
    indices = await asyncio.gather(barrier.wait(), barrier.wait())
    print(sorted(indices))


async def queue():
    jobs = asyncio.Queue(10)

    async def worker():
        while True:
            print("job", await jobs.get())
            jobs.task_done()

    async def main():
        task = asyncio.create_task(worker())  # asyncio.run cancels it at the end
        for i in range(2):
            await jobs.put(i)
        await jobs.join()
        return task

    await main()


async def queue_shutdown():
    sites = asyncio.Queue(10)

    async def produce():
        for site in ("go.dev", "python.org"):
            await sites.put(site)
        sites.shutdown()

    async with asyncio.TaskGroup() as tg:
        tg.create_task(produce())
        try:
            while True:
                print(await fetch(await sites.get()))
        except asyncio.QueueShutDown:
            pass


async def priority_queue():
    q = asyncio.PriorityQueue()
    for v in (3, 1, 2):
        q.put_nowait(v)
    print(q.get_nowait())


async def context_vars():
    user.set("guido")
    print(await asyncio.create_task(whoami()))


async def current_task():
    me = asyncio.current_task()
    me.set_name("worker")
    print(me.get_name(), len(asyncio.all_tasks()))


async def staggered_race():
    winner, _, _ = await staggered.staggered_race([fails, two], 0.25)
    print(winner)


run()
for snippet in (create_task, task_group, exception_group, gather, gather_errors, map_limit, wait, as_completed,
                wait_for, timeout, shield, cancel, sleep, to_thread, executor, streams, future, done_callback,
                semaphore, lock_, event, condition, barrier_, queue, queue_shutdown, priority_queue, context_vars,
                current_task, staggered_race):
    asyncio.run(snippet())
