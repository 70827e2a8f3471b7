import asyncio


class RateLimiter:
    """Lets a few calls through at once, and further ones one in each period."""

    def __init__(self, period, burst):
        self.period, self.burst = period, burst
        self.free_at = None  # when the bucket will be full

    async def wait(self):
        now = asyncio.get_running_loop().time()
        if self.free_at is None or self.free_at < now:
            self.free_at = now
        self.free_at += self.period
        await asyncio.sleep(self.free_at - self.period * self.burst - now)


async def main():
    limiter = RateLimiter(0.01, burst=3)
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def request(number):
        await limiter.wait()
        return number * number

    squares = await asyncio.gather(*(request(number) for number in range(1, 9)))
    for square in squares:
        print(square)
    if loop.time() - start > 0.045:
        print("three at once, the other five 10 ms apart")


asyncio.run(main())
