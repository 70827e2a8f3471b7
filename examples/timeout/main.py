import asyncio


class LoginError(Exception):
    pass


async def step(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def login():
    try:
        async with asyncio.timeout(10):
            await step("name sent", 0)
            await step("password sent", 3600)
    except TimeoutError:  # this limit's: one further out is a CancelledError here
        raise LoginError("the login took too long")


async def main():
    try:
        async with asyncio.timeout(0.3):
            await step("connected", 0)
            await login()
    except LoginError as error:
        print(error)
    except TimeoutError:
        print("the whole took too long")


asyncio.run(main())
