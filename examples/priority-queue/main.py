import asyncio
from itertools import count

arrival = count()  # breaks ties: the heap does not keep equal ones in order


async def nurse(queue):
    for urgency, patient in ((2, "Ann"), (3, "Bob"), (1, "Cem"), (2, "Dot")):
        await queue.put((urgency, next(arrival), patient))


async def doctor(queue):
    while not queue.empty():
        urgency, _, patient = queue.get_nowait()
        print(f"{patient}, urgency {urgency}")


async def main():
    queue = asyncio.PriorityQueue()
    await nurse(queue)
    await doctor(queue)


asyncio.run(main())
