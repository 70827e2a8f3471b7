import asyncio


class Account:
    def __init__(self):
        self.balance = 0
        self.lock = asyncio.Lock()

    async def deposit(self, amount):
        async with self.lock:
            balance = self.balance
            await asyncio.sleep(0.001)  # the others would see the old balance
            self.balance = balance + amount


async def main():
    account = Account()
    async with asyncio.TaskGroup() as group:
        for amount in range(1, 11):
            group.create_task(account.deposit(amount))
    print("balance:", account.balance)

    # Waiting for the lock ends with the timeout.
    async with account.lock:
        try:
            async with asyncio.timeout(0.02):
                await account.deposit(100)
        except TimeoutError:
            print("the lock is held")
    print("balance:", account.balance)


asyncio.run(main())
