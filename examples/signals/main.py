import asyncio
import signal


async def serve():
    print("serving")
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.01)
        print("last request answered")


async def main():
    loop = asyncio.get_running_loop()
    main_task = asyncio.current_task()
    caught = []

    def stop(number):
        caught.append(number)
        main_task.cancel()
        loop.remove_signal_handler(number)  # a second one ends the process

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(serve())
    except asyncio.CancelledError:
        print("stopped:", signal.strsignal(caught[0]).lower())


asyncio.run(main())
