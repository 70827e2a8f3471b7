import asyncio


class NotFound(Exception):
    def __str__(self):
        return f"{self.args[0]} not found"


async def fetch(page):
    await asyncio.sleep(0.01)
    if page == "b":
        raise NotFound(page)
    return f"content of {page}"


async def main():
    # The first error is raised at once. The other calls run on, unobserved,
    # and their results and errors are dropped.
    try:
        await asyncio.gather(fetch("a"), fetch("b"), fetch("c"))
    except NotFound as error:
        print("gather:", error)

    # All of them, with the errors in their places.
    pages = ["a", "b", "c"]
    results = await asyncio.gather(
        fetch("a"), fetch("b"), fetch("c"), return_exceptions=True
    )
    for page, result in zip(pages, results):
        match result:
            case NotFound():
                print(f"{page}: {result}, left out")
            case Exception():
                raise result
            case _:
                print(f"{page}: {result}")


asyncio.run(main())
