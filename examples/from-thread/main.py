import asyncio


async def double(number):
    await asyncio.sleep(0.01)
    return 2 * number


def plugin(loop):
    """Runs in a thread of its own: a loop must not be touched from there."""
    answer = asyncio.run_coroutine_threadsafe(double(21), loop)
    print("plugin got", answer.result())


async def main():
    await asyncio.to_thread(plugin, asyncio.get_running_loop())
    print("plugin ended")


asyncio.run(main())
