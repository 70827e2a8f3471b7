import asyncio
from collections import defaultdict


class Bank:
    def __init__(self):
        self.locks = defaultdict(asyncio.Lock)  # grows with every new name
        self.balances = {"Ann": 0, "Bob": 0}

    async def deposit(self, name, amount):
        async with self.locks[name]:
            balance = self.balances[name]
            await asyncio.sleep(0.001)
            self.balances[name] = balance + amount


async def main():
    bank = Bank()
    async with asyncio.TaskGroup() as group:
        for amount in range(1, 6):
            group.create_task(bank.deposit("Ann", amount))
            group.create_task(bank.deposit("Bob", 10 * amount))
    for name in ("Ann", "Bob"):
        print(name, "has", bank.balances[name])


asyncio.run(main())
