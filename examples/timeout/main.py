import asyncio


class LoginError(Exception):
    pass


async def login():
    try:
        async with asyncio.timeout(10):
            print("name sent")
            await asyncio.sleep(3600)  # no answer
    except TimeoutError:  # this limit's: one further out is a CancelledError here
        raise LoginError("the login took too long")


async def main():
    try:
        async with asyncio.timeout(0.05):
            print("connected")
            await login()
    except LoginError as error:
        print(error)
    except TimeoutError:
        print("the whole took too long")


asyncio.run(main())
