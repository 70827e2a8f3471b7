"""W9 to W12 in asyncio. The argument and the result are JSON, as in asyncio.go."""

import asyncio
import hashlib
import itertools
import json
import random
import re
import sys
import time
import zlib

MASK = (1 << 64) - 1
BLOCK = bytes(16 << 10)


def digest(number, part):
    h = hashlib.sha256(number.to_bytes(8, "big") + part.to_bytes(8, "big"))
    h.update(BLOCK)
    return int.from_bytes(h.digest()[:8], "big")


def mix(number, part):
    x = (number * 0x9E3779B97F4A7C15 + part + 1) & MASK
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
    return x ^ x >> 31


async def arrivals(rate, window, arrive):
    """Calls arrive(number, at) at random moments; at is a time of the loop."""
    rng = random.Random(1)
    loop = asyncio.get_running_loop()
    start, at, number = loop.time(), 0.0, 0
    while True:
        at += rng.expovariate(rate)
        if at >= window:
            return number
        early = start + at - loop.time()
        if early > 0:
            await asyncio.sleep(early)
        elif number % 16 == 0:
            await asyncio.sleep(0)  # what has arrived begins
        arrive(number, start + at)
        number += 1


# W9


class Client:
    """HTTP/1.1 over connections that are kept, for answers with a length."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.idle = []

    async def get(self, path):
        if self.idle:
            reader, writer = self.idle.pop()
        else:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise OSError(head)
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1])
        body = await reader.readexactly(length)
        self.idle.append((reader, writer))
        return body

    async def close(self):
        for _, writer in self.idle:
            writer.close()
        for _, writer in self.idle:
            await writer.wait_closed()


async def crawl(args):
    pages = args["size"]
    host, port = args["site"].removeprefix("http://").split(":")
    client = Client(host, int(port))
    permits = asyncio.Semaphore(int(args["x"]))
    link = re.compile(rb'href="/%d/(\d+)"' % pages)
    found = {0}
    total = 0
    read = 0

    async def visit(page):
        nonlocal total, read
        async with permits:
            body = await client.get(f"/{pages}/{page}")
        total += zlib.crc32(body)
        read += 1
        for number in link.findall(body):
            p = int(number)
            if p not in found:
                found.add(p)
                group.create_task(visit(p))

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        group.create_task(visit(0))
    took = time.perf_counter() - start
    await client.close()
    assert read == pages, read
    return {"Sum": total & MASK, "Values": [took * 1e6 / pages]}


# W10

FAN_OUT = 8


async def backend(request, number):
    await asyncio.sleep((200 + mix(request, number) % 1800) / 1e6)
    return digest(request, number)


async def handle(request):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(backend(request, b)) for b in range(FAN_OUT)]
    return sum(t.result() for t in tasks) & MASK


async def service_capacity(window):
    answered = 0
    numbers = itertools.count()
    start = time.perf_counter()

    async def client():
        nonlocal answered
        while time.perf_counter() - start < window:
            await handle(next(numbers))
            answered += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(256):
            group.create_task(client())
    return answered / (time.perf_counter() - start)


async def service(args):
    window = args["size"] / 1000
    if not args.get("capacity"):
        return {"Values": [await service_capacity(window)]}
    loop = asyncio.get_running_loop()
    latencies = []
    canceled = 0

    async def serve(request, at):
        nonlocal canceled
        given = mix(request, FAN_OUT)
        give_up = given % 10 == 0
        if give_up:
            loop.call_later((given >> 32) % 2000 / 1e6, asyncio.current_task().cancel)
        try:
            answer = await handle(request)
            latencies.append(loop.time() - at)
        except asyncio.CancelledError:
            assert give_up
            canceled += 1
            return
        if request % 64 == 0:
            assert answer == sum(digest(request, b) for b in range(FAN_OUT)) & MASK

    async with asyncio.TaskGroup() as group:
        sent = await arrivals(args["capacity"] * args["x"] / 100, window,
                              lambda number, at: group.create_task(serve(number, at)))
    assert len(latencies) + canceled == sent, (len(latencies), canceled, sent)
    latencies.sort()

    def quantile(q):
        return latencies[min(len(latencies) - 1, int(q * len(latencies)))] * 1000

    return {"Values": [quantile(0.5), quantile(0.99), quantile(0.999), len(latencies) / window]}


# W11


async def pipeline(args):
    size, room = args["size"], int(args["x"])
    a, b, c = (asyncio.Queue(room) for _ in range(3))
    end = object()
    total = count = 0

    async def first():
        for i in range(size):
            await a.put((i * 0x9E3779B97F4A7C15 + 1) & MASK)
        await a.put(end)

    async def second():
        while (v := await a.get()) is not end:
            await b.put(v ^ v >> 29)
        await b.put(end)

    async def third():
        while (v := await b.get()) is not end:
            await c.put(v * 0xBF58476D1CE4E5B9 & MASK)
        await c.put(end)

    async def fourth():
        nonlocal total, count
        while (v := await c.get()) is not end:
            count += 1
            total = (total * 31 + (v ^ v >> 32)) & MASK

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for stage in first, second, third, fourth:
            group.create_task(stage())
    took = time.perf_counter() - start
    assert count == size, count
    return {"Sum": total, "Values": [took * 1e9 / size]}


# W12

WORKERS = 16
HOLD = 0.002
USUAL = 2 * HOLD
SHARES = [10, 30, 60]
PATIENCE = [0.020, 0.040, 0.080]


def class_of(number):
    x, c = mix(number, 3) % 100, 0
    while x >= SHARES[c]:
        x -= SHARES[c]
        c += 1
    return c


async def work(number):
    await asyncio.sleep(HOLD)
    return digest(number, 0)


async def overload_capacity(window):
    numbers = itertools.count()
    start = time.perf_counter()

    async def worker():
        while time.perf_counter() - start < window:
            async with asyncio.timeout(1):
                await work(next(numbers))

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(worker())
    return next(numbers) / (time.perf_counter() - start)


async def overload(args):
    window = args["size"] / 1000
    if not args.get("capacity"):
        return {"Values": [await overload_capacity(window)]}
    loop = asyncio.get_running_loop()
    jobs = asyncio.PriorityQueue()
    in_time, late, dropped = [0] * 3, [0] * 3, [0] * 3

    async def worker():
        while True:
            c, number, deadline = await jobs.get()
            if c == len(SHARES):
                return
            if deadline - loop.time() < USUAL:
                dropped[c] += 1
                continue
            try:
                async with asyncio.timeout_at(deadline):
                    await work(number)
                if loop.time() > deadline:
                    late[c] += 1
                else:
                    in_time[c] += 1
            except TimeoutError:
                late[c] += 1

    def arrive(number, at):
        c = class_of(number)
        jobs.put_nowait((c, number, at + PATIENCE[c]))

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(worker())
        sent = await arrivals(args["capacity"] * args["x"], window, arrive)
        for i in range(WORKERS):
            jobs.put_nowait((len(SHARES), i, 0.0))  # behind all others
    counted = sum(in_time) + sum(late) + sum(dropped)
    assert counted == sent, (counted, sent)
    important = in_time[0] + late[0] + dropped[0]
    return {"Values": [
        100 * sum(in_time) / (args["capacity"] * window),
        100 * in_time[0] / max(1, important),
        sent / window,
        100 * sum(late) / max(1, counted),
        100 * sum(dropped) / max(1, counted),
    ]}


arguments = json.loads(sys.argv[1])
programs = {"crawl": crawl, "service": service, "pipeline": pipeline, "overload": overload}
print(json.dumps(asyncio.run(programs[arguments["program"]](arguments))))
