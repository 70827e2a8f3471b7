import asyncio


async def measure(word):
    await asyncio.sleep(0.01)
    if not word:
        raise ValueError("nothing to measure")
    return len(word)


async def total(*words):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(measure(word)) for word in words]
    return sum(task.result() for task in tasks)


# Ordinary code, which cannot await.
def main():
    print("one word:", asyncio.run(measure("gopher")))

    with asyncio.Runner() as runner:  # one loop for several calls
        print("two words:", runner.run(total("snake", "gopher")))
        try:
            print("no word:", runner.run(total("snake", "")))
        except* ValueError as failed:
            print("no word:", failed.exceptions[0])


if __name__ == "__main__":
    main()
