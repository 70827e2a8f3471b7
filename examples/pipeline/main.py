import asyncio

END = None


async def read(text, lines):
    most = 0
    for line in text.split():
        await lines.put(line)  # waits while parse is behind
        most = max(most, lines.qsize())
    await lines.put(END)
    return most


async def parse(lines, numbers):
    while (line := await lines.get()) is not END:
        await numbers.put(int(line))  # waits while store is behind
    await numbers.put(END)


async def store(numbers):
    total = 0
    while (number := await numbers.get()) is not END:
        await asyncio.sleep(0.005)  # the slowest stage sets the pace
        total += number
        print("stored", number)
    return total


async def main():
    lines = asyncio.Queue(maxsize=2)
    numbers = asyncio.Queue(maxsize=2)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(read("1 2 3 4 5 6 7 8", lines))
        group.create_task(parse(lines, numbers))
        storing = group.create_task(store(numbers))
    print("total", storing.result())
    print("never more than", reading.result(), "lines waiting")


asyncio.run(main())
