import asyncio


async def fetch(article):
    await asyncio.sleep(0.01)
    if article == "secret":
        raise PermissionError("secret is not for you")
    return article


async def load(articles):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(article)) for article in articles]
    return [task.result() for task in tasks]


async def section(name, articles):
    try:
        return f"{name}: {', '.join(await load(articles))}"
    except ExceptionGroup as failed:
        return f"{name}: left out, {failed.exceptions[0]}"


async def main():
    # A failure that is handled inside ends the inner group alone.
    async with asyncio.TaskGroup() as group:
        sections = [
            group.create_task(section("news", ["sports", "weather"])),
            group.create_task(section("staff", ["menu", "secret"])),
        ]
    for task in sections:
        print(task.result())

    # One that is not handled ends the outer group, too: a group in a group.
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(3600))
            group.create_task(load(["menu", "secret"]))
    except* PermissionError as failed:
        print("front page:", failed.exceptions[0].exceptions[0])


asyncio.run(main())
