import asyncio


async def serve(port, ready):
    await asyncio.sleep(0.01)
    if port < 1024:
        raise PermissionError(f"port {port} is reserved")
    ready.set_result(f"localhost:{port}")
    try:
        await asyncio.sleep(3600)
    finally:
        print("server closed")


async def start(group, port):
    """Starts the server and waits until it is ready, or has failed."""
    ready = asyncio.get_running_loop().create_future()

    async def guarded():
        try:
            await serve(port, ready)
        except Exception as error:
            if ready.done():
                raise  # too late for the caller: the group's
            ready.set_exception(error)

    task = group.create_task(guarded())
    return await ready, task


async def main():
    async with asyncio.TaskGroup() as group:
        address, server = await start(group, 8080)
        print("serving at", address)
        try:
            address, _ = await start(group, 80)
            print("serving at", address)
        except PermissionError as error:
            print("not serving:", error)
        server.cancel()


asyncio.run(main())
