import asyncio
from dataclasses import dataclass


@dataclass
class User:
    name: str


async def load_user(number):
    await asyncio.sleep(0.01)
    if number == 0:
        raise LookupError("no user 0")
    return User("Ada")


async def load_orders(number):
    await asyncio.sleep(0.02)
    return {7: ["book", "lamp"]}[number]


async def load_points(number):
    return 120 + number


async def main():
    user, orders, points = await asyncio.gather(
        load_user(7), load_orders(7), load_points(7)
    )
    print(f"{user.name} has {points} points and ordered {' and '.join(orders)}")

    try:
        user, points = await asyncio.gather(load_user(0), load_points(0))
        print(f"{user.name} has {points} points")
    except LookupError as error:
        print(error)


asyncio.run(main())
